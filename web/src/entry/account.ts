import { boot } from '../app/boot'
import { Account } from '../pages/account/account'

void boot('account', Account)
