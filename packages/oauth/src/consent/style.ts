/** Of every page: one column, the system's own typeface, nothing that moves, and what must be read stands out in any theme. */
export const STYLE = `
:root{color-scheme:light dark;--page:#f3f4f6;--card:#fff;--text:#16191d;--soft:#535b66;--line:#d5d9df;--fill:#f6f7f9;--focus:#0b57d0;
--edge:#8a929d;--warn:#fff6e0;--warn-line:#b97a00;--warn-text:#543800;--risk:#a3230f;--risk-fill:#fdeae6;--new:#0b4fb3;--new-fill:#e6effc}
@media (prefers-color-scheme:dark){:root{--page:#101215;--card:#1a1d21;--text:#eceef1;--soft:#a7afba;--line:#343941;--fill:#22262b;
--focus:#8ab4f8;--edge:#6f7884;--warn:#2e2611;--warn-line:#d9a437;--warn-text:#f3dca6;--risk:#ffb4a6;--risk-fill:#3f1f19;--new:#a9c7fb;--new-fill:#1d2b43}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
display:flex;flex-direction:column;align-items:center;min-height:100vh;padding:2rem 1rem;overflow-wrap:anywhere}
main{width:100%;max-width:31rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.75rem 2rem 2rem;margin:auto 0}
.place{display:flex;gap:.125rem .5rem;align-items:center;flex-wrap:wrap;margin:0 0 1.25rem;padding-bottom:.875rem;
border-bottom:1px solid var(--line);color:var(--soft);font-size:.875rem}
.place b{color:var(--text)}
.place span{margin-left:auto}
.place svg{width:1.375rem;height:1.375rem;color:var(--focus)}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem;font-weight:650;letter-spacing:-.01em;text-wrap:balance}
h2{font-size:.9375rem;margin:0;font-weight:650}
p{margin:0 0 .75rem}
p:last-child{margin-bottom:0}
a{color:var(--focus)}
.soft{color:var(--soft);font-size:.875rem}
.account{display:flex;gap:0 1rem;align-items:center;justify-content:space-between;flex-wrap:wrap;background:var(--fill);
border:1px solid var(--line);border-radius:.5rem;padding:.625rem .875rem;margin:1rem 0 0}
.account p{margin:0}
.account form{margin:0}
.link{appearance:none;background:none;border:0;padding:.25rem 0;font:inherit;font-size:.875rem;color:var(--focus);text-decoration:underline;
text-underline-offset:.15em;cursor:pointer}
dl{margin:1.25rem 0 0;display:grid;grid-template-columns:max-content 1fr;gap:.5rem 1.25rem;font-size:.9375rem}
dt{color:var(--soft)}
dd{margin:0}
dd b{font-weight:600}
.unproven{color:var(--risk)}
dd .soft{display:block}
.warn{background:var(--warn);color:var(--warn-text);border:1px solid var(--warn-line);border-left-width:.3125rem;border-radius:.5rem;
padding:.75rem .875rem;margin:1.25rem 0 0;font-size:.9375rem}
.warn b{display:block}
fieldset{border:0;margin:1.5rem 0 0;padding:0;min-width:0}
legend{font-size:.9375rem;font-weight:650;padding:0;margin:0 0 .5rem}
ul{list-style:none;margin:0;padding:0;border:1px solid var(--line);border-radius:.5rem}
li{display:grid;grid-template-columns:1.25rem 1fr;gap:.75rem;padding:.75rem .875rem}
li+li{border-top:1px solid var(--line)}
li input{width:1.125rem;height:1.125rem;margin:.2rem 0 0;accent-color:var(--focus)}
li label,li .label{display:block;font-weight:500}
li .fixed{width:1.125rem;height:1.125rem;margin-top:.2rem;color:var(--soft)}
.tag{display:inline-block;font-size:.75rem;font-weight:600;line-height:1.5;border-radius:.25rem;padding:0 .375rem;margin-left:.5rem;
background:var(--fill);color:var(--soft);border:1px solid var(--line);white-space:nowrap}
.tag.risk{background:var(--risk-fill);color:var(--risk);border-color:transparent}
.tag.new{background:var(--new-fill);color:var(--new);border-color:transparent}
code{font:.8125rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--soft)}
.after{margin:1rem 0 0}
.grant{border:1px solid var(--line);border-radius:.5rem;padding:1rem 1.125rem 1.125rem;margin:1.25rem 0 0}
.grant h2{font-size:1.125rem;line-height:1.35}
.grant .button{margin-top:.5rem}
.grant dl{margin:.75rem 0 0}
h3{font-size:.9375rem;margin:1rem 0 .375rem;font-weight:650}
.grant ul{border:0;border-top:1px solid var(--line);border-radius:0}
li.plain{display:block;padding:.5rem 0}
.notice{border-left:.3125rem solid var(--focus);border-radius:.5rem;background:var(--new-fill);padding:.625rem .875rem;margin:1rem 0 0;font-weight:600}
nav{display:flex;gap:1rem;justify-content:center;align-items:baseline;margin:1.25rem 0 0}
.actions{display:grid;grid-template-columns:1fr 1fr;gap:.75rem;margin:1.25rem 0 0}
.actions button,.button{min-height:2.75rem;padding:.5rem 1rem;font:inherit;font-weight:600;border-radius:.5rem;border:1.5px solid var(--edge);
background:var(--card);color:var(--text);cursor:pointer}
.actions button:hover,.button:hover{background:var(--fill);border-color:var(--text)}
.wide{width:100%;margin-top:1rem}
input[type=text]{width:100%;min-height:2.75rem;padding:.5rem .75rem;font:inherit;color:inherit;background:var(--card);border:1.5px solid var(--edge);
border-radius:.5rem;margin-top:.375rem}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
@media (max-width:30rem){body{padding:0;background:var(--card)}main{border:0;border-radius:0;padding:1.25rem 1.125rem 1.5rem;margin:0}dl{grid-template-columns:1fr;gap:0}
dd+dt{margin-top:.75rem}h1{font-size:1.3125rem}.grant{padding:.875rem 1rem 1rem}.grant dl{grid-template-columns:max-content 1fr;gap:.5rem 1rem}.grant dd+dt{margin:0}}
@media (forced-colors:active){.warn,.tag,.notice,main,ul{border:1px solid}}
`
  .trim()
  .replace(/\n/g, '')
