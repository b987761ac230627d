import { boot } from '../app/boot'
import { Start } from '../pages/start/start'

void boot('start', Start)
