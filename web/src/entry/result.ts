import { boot } from '../app/boot'
import { Result } from '../pages/result/result'

void boot('result', Result)
