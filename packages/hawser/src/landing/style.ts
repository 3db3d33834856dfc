/** The colours of both schemes, one column, no fonts from elsewhere. Whatever is changed here changes the hash below. */
export const STYLE =
  ':root{color-scheme:light dark;--soft:light-dark(#51626f,#9fb0bc);--box:light-dark(#eef2f5,#1d262c);--link:light-dark(#0a5c8a,#7cc4ee)}' +
  'body{margin:auto;max-width:48rem;padding:2rem 1.25rem;font:1rem/1.55 system-ui,sans-serif;overflow-wrap:anywhere}' +
  'h1{font-size:2rem;margin:0}h2{font-size:1.2rem;margin:2.25rem 0 .75rem}h3{font-size:1rem;display:inline;margin:0 .75rem 0 0}' +
  'p{margin:.5rem 0}a{color:var(--link)}.soft{color:var(--soft);font-size:.9rem}code{font:.9rem ui-monospace,monospace}' +
  '.copy{display:block;user-select:all;-webkit-user-select:all;background:var(--box);border-radius:.4rem;padding:.5rem .75rem}.copy span{white-space:nowrap}' +
  ':focus-visible{outline:3px solid}' +
  'ul{list-style:none;margin:0;padding:0}li{padding:.75rem 0;border-top:2px solid var(--box)}' +
  '.hosts li{display:grid;grid-template-columns:8rem minmax(0,1fr);gap:.25rem;align-items:baseline}' +
  '.add{justify-self:start;background:var(--link);color:Canvas;border-radius:.4rem;padding:.4rem .9rem;text-decoration:none;font-weight:600}' +
  'b{font-size:.85rem}code+b{margin-left:.75rem}.read{color:light-dark(#1b6b3a,#7fd3a0)}.write{color:light-dark(#8a5300,#efb968)}.destroy{color:light-dark(#a8231c,#ff9d94)}' +
  '@media(max-width:34rem){.hosts li{display:block}.add{display:inline-block}}'

/** What the policy lets in: these characters and nothing else. (CSP3 §2.3.1) */
export const STYLE_HASH = 'sha256-oXAF4+PBBHNsU0VDlRC1cWvd8ErV9GOgsAfce7UevzE='
