// Written by go test ./internal/httpapi -run Generated -update, from
// internal/ad/fields.go.
import type { Field } from './fields'

/** An owner's fields, in the order in which they are asked for. */
export const table = [
  {
    name: 'product_name',
    kind: 'text',
    label: '상품 이름',
    needed: true,
    limit: 100,
  },
  {
    name: 'product_category',
    kind: 'text',
    label: '상품 종류',
    needed: true,
    limit: 50,
    suggested: [
      '식품', '음료', '건강식품', '의류', '패션잡화',
      '뷰티', '전자제품', '생활용품', '가구·인테리어', '유아',
      '반려동물', '스포츠', '꽃·식물', '수공예', '기타',
    ],
  },
  {
    name: 'target_age',
    kind: 'choice',
    label: '연령대',
    needed: true,
    choices: ['10대', '20대', '30대', '40대', '50대', '60대이상'],
  },
  {
    name: 'target_gender',
    kind: 'choice',
    label: '성별',
    needed: true,
    choices: ['남성', '여성', '전체'],
  },
  {
    name: 'ad_concept',
    kind: 'text',
    label: '광고 콘셉트',
    needed: true,
    limit: 500,
  },
  {
    name: 'ai_mark',
    kind: 'flag',
    label: 'AI 생성 표시',
    needed: false,
    initial: true,
  },
] as const satisfies readonly Field[]

/** The most bytes of UTF-8 a character may weigh on average. */
export const bytesPerCharacter = 48
