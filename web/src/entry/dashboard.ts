import { boot } from '../app/boot'
import { Dashboard } from '../pages/dashboard/dashboard'

void boot('dashboard', Dashboard)
