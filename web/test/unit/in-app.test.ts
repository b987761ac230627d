import { expect, it } from 'vitest'
import { inApp, outside, type InApp } from '../../src/app/in-app'

const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)'
const android =
  `Mozilla/5.0 (Linux; Android 15; SM-S938N Build/AP3A.240905.015.A2; wv) ${webkit} ` +
  'Version/4.0 Chrome/131.0.0.0 Mobile Safari/537.36'
const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148'
const page = 'https://ads.example.com/api/images/abc?x=1'
const intent = 'intent://ads.example.com/api/images/abc?x=1#Intent;scheme=https;end'
const kakao = `kakaotalk://web/openExternal?url=${encodeURIComponent(page)}`

const cases: [name: string, userAgent: string, app: InApp | null, elsewhere: string | null][] = [
  ['KakaoTalk on Android', `${android} KAKAOTALK/25.10.1 (INAPP)`, 'KakaoTalk', kakao],
  ['KakaoTalk on an iPhone', `${iphone} KAKAOTALK 25.10.1`, 'KakaoTalk', kakao],
  ['Naver on Android', `${android} NAVER(inapp; search; 2000; 12.14.6)`, 'Naver', intent],
  ['Naver on an iPhone', `${iphone} NAVER(inapp; search; 2000; 12.14.6; 16PRO)`, 'Naver', null],
  ['Instagram on Android', `${android} Instagram 358.0.0.51.97 Android`, 'Instagram', intent],
  ['Instagram on an iPhone', `${iphone} Instagram 358.0.0.28.84 (iPhone17,1; iOS 18_1)`, 'Instagram', null],
  ['Facebook on Android', `${android} [FB_IAB/FB4A;FBAV/490.0.0.49.109;]`, 'Facebook', intent],
  ['Facebook on an iPhone', `${iphone} [FBAN/FBIOS;FBAV/490.0.0.43.108;FBDV/iPhone17,1]`, 'Facebook', null],
  ['LINE on an iPhone', `${iphone} Safari Line/14.19.0`, 'LINE', `${page}&openExternalBrowser=1`],
  ['Band on Android', `${android} BAND/15.1.0`, 'other', intent],
  ['a web view of any app', android, 'other', intent],
  ['Chrome on Android', android.replace('; wv', '').replace(' Version/4.0', ''), null, null],
  ['Safari on an iPhone', `${iphone} Version/18.1 Safari/604.1`, null, null],
  [
    'Samsung Internet',
    `Mozilla/5.0 (Linux; Android 15; SAMSUNG SM-S938N) ${webkit} SamsungBrowser/27.0 ` +
      'Chrome/125.0.0.0 Mobile Safari/537.36',
    null,
    null,
  ],
  [
    'Chrome on a desk',
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webkit} Chrome/131.0.0.0 Safari/537.36`,
    null,
    null,
  ],
]

it.each(cases)('%s', (_, userAgent, app, elsewhere) => {
  expect(inApp(userAgent)).toBe(app)
  if (app) expect(outside(page, app, userAgent)).toBe(elsewhere)
})
