import { boot } from '../app/boot'
import { Missing } from '../pages/missing/missing'

void boot('missing', Missing)
