/** Line icons, 24 by 24, drawn for this site. They are decoration: a text stands beside each. */
const paths = {
  photo:
    'M4 7.5A1.5 1.5 0 0 1 5.5 6h2.2l1.4-2h5.8l1.4 2h2.2A1.5 1.5 0 0 1 20 7.5' +
    'v10a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5z' +
    'M12 16a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z',
  picture:
    'M4.5 4h15A1.5 1.5 0 0 1 21 5.5v13a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 18.5v-13A1.5 1.5 0 0 1 4.5 4z' +
    'M3 16l5-5 5 5 3-3 5 5M15.5 8.5h.01',
  words: 'M4 6h16M4 12h10M4 18h13',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  alert: 'M12 8v5M12 16.5h.01M12 3.5 2.5 20h19z',
  download: 'M12 4v11m0 0 4.5-4.5M12 15l-4.5-4.5M5 20h14',
  share: 'M12 15V4m0 0L8 8m4-4 4 4M5 13v6h14v-6',
  link:
    'M10 14a4 4 0 0 0 5.7 0l3.1-3.1a4 4 0 0 0-5.7-5.7L12 6.3' +
    'M14 10a4 4 0 0 0-5.7 0l-3.1 3.1a4 4 0 0 0 5.7 5.7L12 17.7',
  copy: 'M9 9h10.5v11H9zM15 9V4H4.5v11H9',
  trash: 'M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10 11v5M14 11v5',
  bell: 'M6 16.5V11a6 6 0 1 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4',
  expand: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.5h.01',
  close: 'M6 6l12 12M18 6 6 18',
  plus: 'M12 5v14M5 12h14',
  left: 'M14.5 6l-6 6 6 6',
  right: 'M9.5 6l6 6-6 6',
  undo: 'M8.5 5 4 9.5 8.5 14M4 9.5h9.5a5.5 5.5 0 0 1 0 11H9',
  redo: 'M15.5 5 20 9.5 15.5 14M20 9.5h-9.5a5.5 5.5 0 0 0 0 11H15',
  minus: 'M5 12h14',
  brush: 'M20 4 11 13M13 15l-3.5-3.5C7 12 7.5 16 4 18.5c3 1.5 8 1 9-3.5z',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  frame: 'M4 4h16v16H4zM8 8h8v8H8z',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0',
  again: 'M20 12a8 8 0 1 1-2.4-5.7M20 3.5V8h-4.5',
} as const

export type IconName = keyof typeof paths

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}

/** The site's mark: a picture frame with a spark of the two brand colours. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
      <rect class="mark-ground" x="1" y="1" width="30" height="30" rx="9" />
      <circle class="mark-sun" cx="21.5" cy="10.5" r="3.5" />
      <path class="mark-hill" d="M5 23.5 12 14l5.5 7 3-3.5L27 24a4 4 0 0 1-4 3H9a4 4 0 0 1-4-3.5z" />
    </svg>
  )
}
