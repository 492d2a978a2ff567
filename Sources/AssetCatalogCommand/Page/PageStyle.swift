/// How the page looks: light and dark by the reader's setting, on paper, and on narrow screens.
enum PageStyle {
  /// The style as the page holds it.
  static let text = PageSource.condensed(source)
  /// Its SHA-256, as the page's content policy spells it.
  static let hash = PageSource.hash(text)

  private static let source = #"""
    :root{--bg:#f6f6f3;--card:#fff;--ink:#1b1d22;--mut:#5d626b;--line:#deded8;--soft:#eeeeea;--stale:#b93a08;--never:#6d35c9;--warn:#8a5a00;--warnf:#e2a100;--freshf:#2aa197;--ign:#6c717a;--focus:#1a56c4;--side:28px;--lift:0 1px 2px rgb(30 30 20/.05);--mono:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace}
    @media screen and (prefers-color-scheme:dark){:root{--bg:#14161a;--card:#1c1f24;--ink:#e9eaec;--mut:#a0a6b0;--line:#32363d;--soft:#262a30;--stale:#ff8f5e;--never:#c3a3ff;--warn:#f0bf4c;--warnf:#d99e1c;--freshf:#2f9e93;--ign:#8d939d;--focus:#7fb0ff;--lift:none}}
    *{box-sizing:border-box}html{-webkit-text-size-adjust:100%;scroll-padding-top:4rem}
    body{margin:0;background:var(--bg);color:var(--ink);font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif}
    h1,h2,p,ol,ul,dl,dd{margin:0;padding:0}ol,ul{list-style:none}
    a{color:inherit;text-decoration-color:color-mix(in srgb,currentColor 35%,transparent);text-underline-offset:3px}a:hover{text-decoration-color:currentColor}
    :focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:4px}
    .sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}[hidden]{display:none!important}
    header,main,footer{max-width:1360px;margin:0 auto;padding:0 var(--side)}
    /* The shapes of the states. */
    .m{display:inline-block;width:11px;height:11px;flex:none;background:var(--ign);forced-color-adjust:none;-webkit-print-color-adjust:exact;print-color-adjust:exact}
    .m.fresh{background:var(--freshf);clip-path:circle(44%)}.m.warn{background:var(--warnf);clip-path:polygon(50% 4%,100% 96%,0 96%)}.m.stale{background:var(--stale);clip-path:inset(6%)}.m.never{background:var(--never);clip-path:polygon(50% 0,100% 50%,50% 100%,0 50%)}
    .m.unknown{background:var(--never);clip-path:polygon(36% 0,64% 0,64% 36%,100% 36%,100% 64%,64% 64%,64% 100%,36% 100%,36% 64%,0 64%,0 36%,36% 36%)}.m.ignored{background:none;border:1.5px solid var(--ign);border-radius:50%}
    .n,code,pre,.fn{font-family:var(--mono);font-size:13px;overflow-wrap:anywhere;unicode-bidi:isolate}.n small{color:var(--mut);font-size:12px}
    time,.late,.t{font-variant-numeric:tabular-nums}time{white-space:nowrap}
    .empty,.more{color:var(--mut);padding:6px 0}.more{font-size:13px}
    /* Head */
    header{padding-top:20px}.top{display:flex;align-items:baseline;gap:12px;color:var(--mut)}.root{color:var(--ink);font-size:15px}.asof{flex:1}
    #zone,.filter button,input,select{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:6px 11px}
    #zone{font-size:13px;color:var(--mut);background:none;border-radius:14px;padding:2px 11px;cursor:pointer}#zone:hover,.filter button:hover{border-color:var(--mut);color:var(--ink)}
    .old{margin-top:12px;padding:10px 15px;border-radius:8px;background:var(--stale);color:var(--bg);font-weight:600}.old.mild{background:var(--soft);color:var(--ink);font-weight:400}
    .verdict{margin:18px 0 16px}h1{display:flex;align-items:center;gap:14px;font-size:33px;line-height:1.15;font-weight:680;letter-spacing:-.018em}h1 .m{width:24px;height:24px}h1 .m.ignored{border-width:3px}
    .sub{color:var(--mut);margin-top:7px;font-size:15px}.sub b{color:var(--stale)}.sub .n{color:var(--ink);font-size:13.5px}
    .tiles{display:grid;grid-auto-flow:column;grid-auto-columns:1fr;gap:1px;background:var(--line);border:1px solid var(--line);border-radius:10px 10px 0 0;overflow:hidden;box-shadow:var(--lift)}
    .tile{display:flex;align-items:center;gap:9px;padding:11px 16px;background:var(--card);text-decoration:none}.tile b{font-size:20px;font-weight:650;font-variant-numeric:tabular-nums}.tile span{color:var(--mut)}.tile:hover{background:var(--soft)}.tile .m{width:13px;height:13px}.tile[aria-current]{box-shadow:inset 0 -3px var(--ink)}.tile.zero b{color:var(--mut);font-weight:450}.tile.zero .m{opacity:.45}
    .mix{display:block;width:100%;height:7px;border-radius:4px;overflow:hidden}.mix path{fill:var(--ign)}.mix .never,.mix .unknown{fill:var(--never)}.mix .stale{fill:var(--stale)}.mix .warn{fill:var(--warnf)}.mix .fresh{fill:var(--freshf);opacity:.6}.mix .ignored{opacity:.35}
    header>.mix{height:6px;border-radius:0 0 10px 10px}
    main{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:32px 28px;padding-top:30px;padding-bottom:34px}
    h2{font-size:14px;font-weight:650;margin-bottom:10px}h2 span{color:var(--mut);font-weight:450;margin-left:4px}
    .todo,.fails{grid-column:1/3}.side{grid-column:3;display:grid;gap:28px;align-content:start}.day,.all{grid-column:1/4}.odd{grid-column:3}
    /* Cards */
    .card{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--stale);border-radius:8px;margin-bottom:8px;box-shadow:var(--lift)}.card.never,.card.unknown{border-left-color:var(--never)}.card.fresh,.card.warn{border-left-color:var(--warnf)}
    summary{list-style:none;cursor:pointer}summary::-webkit-details-marker{display:none}
    .card>summary{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:3px 16px;padding:11px 15px}.card>summary:hover .n{text-decoration:underline;text-underline-offset:3px}
    .who{display:flex;align-items:baseline;gap:2px 9px;min-width:0;flex-wrap:wrap}.who .n{font-size:14.5px;font-weight:650;max-width:calc(100% - 20px)}
    .sev{font-size:11.5px;font-weight:650;border-radius:9px;padding:1px 8px;color:var(--mut);border:1px solid var(--line)}.sev.critical{color:var(--card);background:var(--stale);border-color:var(--stale)}.never .sev.critical{background:var(--never);border-color:var(--never)}
    .own{color:var(--mut);font-size:13px;overflow-wrap:anywhere;unicode-bidi:isolate}.own::before{content:"@"}
    .late{text-align:right;white-space:nowrap;color:var(--stale)}.never>summary .late,.unknown>summary .late{color:var(--never)}
    .why{min-width:0;padding-left:20px}.err{display:block;color:var(--mut);font:12.5px/1.5 var(--mono);overflow:hidden;text-overflow:ellipsis;white-space:nowrap;unicode-bidi:isolate}.card[open] .err{display:none}
    .hist{align-self:end;justify-self:end}
    .card[open]>summary{border-bottom:1px solid var(--line)}.card pre{margin:13px 15px 0 35px;padding:10px 12px;background:var(--soft);border-radius:6px;white-space:pre-wrap;font-size:12.5px;max-height:16em;overflow:auto}
    dl{display:grid;grid-template-columns:auto minmax(0,1fr);gap:6px 18px;padding:13px 15px 15px 35px}dt{color:var(--mut)}dd{overflow-wrap:anywhere}dd code{font-size:12.5px}.cmd{background:var(--soft);padding:2px 7px;border-radius:5px;user-select:all}
    :target,.hit{outline:2px solid var(--focus);outline-offset:2px}tr:target,tr.hit{outline-offset:-2px}
    /* Drawings */
    .s{width:112px;height:18px;vertical-align:middle}.s path{fill:none;stroke-width:1.5}.s .k{stroke:var(--freshf);stroke-width:6;opacity:.65}.s .f{stroke:var(--stale);stroke-width:2.2}.s .i{stroke:var(--stale)}.s .r{stroke:var(--ink);stroke-width:1;stroke-dasharray:2 1.5}.no{color:var(--mut);font-size:12px}
    .b{width:60px;height:10px;margin-right:11px;vertical-align:-1px}.b path{fill:none;stroke-width:6}.b .g{stroke:var(--soft)}.b .u{stroke:var(--freshf);opacity:.75}.b .o{stroke:var(--stale)}.b .l{stroke:var(--ink);stroke-width:2;opacity:.7}.warn .b .u{stroke:var(--warnf);opacity:1}.stale .b .u{stroke:var(--stale);opacity:.5}
    .sn{display:grid;grid-template-columns:11px minmax(0,1fr) auto;gap:1px 9px;align-items:baseline;padding:8px 0;border-top:1px solid var(--line)}.sn .n{text-decoration-color:transparent}.sn .n:hover{text-decoration-color:currentColor}.sn .t{color:var(--warn);white-space:nowrap}.sn .y{grid-column:2/4;color:var(--mut)}
    .ow{display:flex;justify-content:space-between;gap:12px;padding:7px 0;border-top:1px solid var(--line);text-decoration:none}a.ow:hover .own{text-decoration:underline}.ow .own{color:var(--ink)}.nobody{color:var(--mut);font-size:13px}
    h2+.sn,h2+.ow{border-top:0;padding-top:2px}
    .bds{display:flex;gap:4px 13px;flex-wrap:wrap;justify-content:flex-end}.bd{display:inline-flex;align-items:center;gap:6px;font-variant-numeric:tabular-nums;font-size:13px}
    /* The day */
    .legend{display:flex;gap:4px 22px;flex-wrap:wrap;color:var(--mut);margin-bottom:8px;font-size:13px}.legend svg{width:11px;height:11px;margin-right:6px;vertical-align:-1px}.f{fill:var(--stale)}.legend .d,.ribbon .d{fill:var(--ign);opacity:.45}.legend .c,.ribbon path.c{fill:var(--ink)}
    .scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:10px;padding:10px 14px 4px;box-shadow:var(--lift)}.ribbon{display:block;width:100%;min-width:640px}.ribbon .grid{stroke:var(--soft)}.ribbon .axis{stroke:var(--line)}.now{stroke:var(--ink);stroke-width:1.5}.ribbon text{font-size:10.5px;fill:var(--mut);text-anchor:middle;font-variant-numeric:tabular-nums}.ribbon .nw{fill:var(--ink);font-weight:650}
    /* Failures and oddities */
    .fails li{display:grid;grid-template-columns:40px minmax(0,1fr);gap:2px 8px;padding:10px 0;border-top:1px solid var(--line)}.fails li:first-child,.odd>ul>li:first-child{border-top:0;padding-top:0}.x{font-weight:650;color:var(--stale);font-variant-numeric:tabular-nums}.e{font:12.5px/1.5 var(--mono);overflow-wrap:anywhere;unicode-bidi:isolate}.e.w{font:inherit;color:var(--mut)}.in{grid-column:2;color:var(--mut)}.in .n{color:var(--ink);font-size:12.5px}.fails .more{grid-column:1/3;display:block}
    .odd>ul>li{padding:9px 0;border-top:1px solid var(--line)}.odd .t{display:block;color:var(--mut);overflow-wrap:anywhere}.pl ul{margin:8px 0 0 14px}.pl li{padding:5px 0}.pl summary::before,.fam>summary::before{content:"";width:7px;height:7px;border:solid var(--mut);border-width:0 1.5px 1.5px 0;transform:rotate(-45deg);flex:none}.pl [open]>summary::before,.fam[open]>summary::before{transform:rotate(45deg) translate(-2px,-2px)}.pl summary{display:flex;align-items:baseline;gap:4px 9px}.pl summary .kind{margin:0}
    .kind{display:inline-block;font:11.5px/1.5 system-ui,sans-serif;color:var(--warn);border:1px solid color-mix(in srgb,var(--warn) 55%,transparent);border-radius:9px;padding:0 8px;margin-right:9px}.kind.bad{color:var(--stale);border-color:currentColor}th .kind{margin:0 0 0 8px}
    /* All assets */
    .filter{display:flex;gap:8px 10px;flex-wrap:wrap;align-items:center;margin-bottom:8px;position:sticky;top:0;background:var(--bg);padding:8px 0;z-index:2}.q{flex:1 1 220px;max-width:380px}input{width:100%}.chips{display:flex;gap:6px;flex-wrap:wrap}.filter button{display:flex;align-items:center;gap:7px;cursor:pointer}.filter button[aria-pressed=true]{border-color:var(--ink);box-shadow:inset 0 0 0 1px var(--ink)}#hits{color:var(--mut);font-variant-numeric:tabular-nums}
    .key{display:flex;gap:4px 18px;flex-wrap:wrap;color:var(--mut);font-size:12.5px;margin-bottom:10px}.key span{display:flex;align-items:center;gap:6px}.key .s{width:8px}.key .b{margin:0}
    .fam{background:var(--card);border:1px solid var(--line);border-radius:10px;margin-bottom:8px;box-shadow:var(--lift)}.fam:not([open]){content-visibility:auto;contain-intrinsic-size:auto 42px}
    .fam>summary{display:grid;grid-template-columns:10px minmax(96px,auto) auto minmax(60px,1fr) auto;align-items:center;gap:12px;padding:10px 15px}.fam>summary:hover .fn{text-decoration:underline}.fn{font-weight:650}.fc{color:var(--mut);font-variant-numeric:tabular-nums}.fam .mix{max-width:420px}.fam .empty{padding:4px 15px 12px}
    table{width:100%;border-collapse:collapse;table-layout:fixed}thead th{font-weight:450;color:var(--mut);text-align:left;padding:3px 8px 6px;font-size:12.5px}thead button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer}thead button:hover{color:var(--ink)}th[aria-sort] button{color:var(--ink);font-weight:650}th[aria-sort=ascending] button::after{content:" ↑"}th[aria-sort=descending] button::after{content:" ↓"}
    thead th:first-child,tbody th{padding-left:15px}thead th:nth-child(2){width:128px}thead th:nth-child(3){width:222px}thead th:nth-child(4){width:138px;text-align:right}thead th:nth-child(n+5){width:128px;padding-left:20px}
    tbody tr{border-top:1px solid var(--soft)}tbody tr:hover{background:color-mix(in srgb,var(--soft) 45%,transparent)}tbody th{text-align:left;font-weight:400;padding:6px 8px 6px 15px}tbody th>.m{margin-right:10px;vertical-align:-1px}th a.n{text-decoration-color:transparent}th a.n:hover{text-decoration-color:currentColor}
    td{padding:6px 8px;vertical-align:middle}td.t,td.o,td.l{color:var(--mut)}td.l{white-space:nowrap;font-variant-numeric:tabular-nums;font-size:13px}.stale td.l{color:var(--stale)}.warn td.l{color:var(--warn)}.never td.l,.unknown td.l{color:var(--never)}td.h{text-align:right;white-space:nowrap}td.o,td.p{padding-left:20px;overflow-wrap:anywhere}td.p{font-variant-numeric:tabular-nums}
    footer{color:var(--mut);font-size:12.5px;padding-bottom:34px}
    @media (max-width:1040px){:root{--side:20px}main{grid-template-columns:minmax(0,1fr);gap:28px}main>*{grid-column:1!important}thead th:nth-child(2){width:112px}thead th:nth-child(3){width:182px}thead th:nth-child(n+5){width:96px;padding-left:12px}td.o,td.p{padding-left:12px}}
    @media (min-width:620px) and (max-width:1040px){.side{grid-template-columns:1fr 1fr}}
    @media (max-width:760px){.tile{flex-direction:column;align-items:flex-start;gap:1px;padding:9px 10px}.tile .m{margin-bottom:2px}.tile span{font-size:12px}.tile b{font-size:18px}
    table,tbody,tr,tbody th,td{display:block}thead{display:none}tbody tr{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:4px 10px;padding:10px 13px}tbody th{grid-column:1/3}tbody th,td{padding:0!important}td.h{grid-column:2;grid-row:2/4;align-self:center}td.o,td.p{font-size:12.5px;grid-column:1}td:empty{display:none}.fam>summary{grid-template-columns:10px minmax(0,1fr) auto;gap:8px 10px}.fam .mix{grid-column:2/4;max-width:none}.fam .bds{grid-column:2/4;justify-content:flex-start}.filter{position:static}.q{max-width:none}td.l{grid-column:1;grid-row:2}td.t{grid-column:1;grid-row:3;font-size:12.5px}td.t::before{content:"last success "}td.p::after{content:" of 30 days"}td.o::before{content:"@"}}
    @media (max-width:520px){:root{--side:14px}h1{font-size:25px;gap:11px}h1 .m{width:18px;height:18px}.top{flex-wrap:wrap;gap:2px 10px}.card>summary{padding:11px 13px}.why{grid-column:1/3;padding-left:0}.who{grid-column:1/3}.late{text-align:left}.hist{grid-column:2;grid-row:2}.err{white-space:normal;display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical}.card pre{margin:12px 13px 0}dl{padding:12px 13px 14px;grid-template-columns:minmax(0,1fr);gap:0}dd{margin-bottom:8px}.ribbon text{font-size:13px}}
    @media (forced-colors:active){.card,.tile,.fam,.scroll{border-color:CanvasText}.s .k,.b .u{stroke:CanvasText}.b .l,.now{stroke:CanvasText}.ribbon text{fill:CanvasText}.tile[aria-current],.filter button[aria-pressed=true]{outline:2px solid Highlight;outline-offset:-2px}}
    @media print{:root{--bg:#fff;--ink:#000;--mut:#444;--line:#bbb;--soft:#e6e6e6;--lift:none;--side:0}body{font-size:9.5pt}header,main,footer{max-width:none}#zone,.filter{display:none!important}svg,.old,.sev{-webkit-print-color-adjust:exact;print-color-adjust:exact}.card,tr,.fails li,.odd li,.day,.sn,.ow{break-inside:avoid}h2,.fam>summary{break-after:avoid}.fam{content-visibility:visible}}
    @media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
    """#
}
