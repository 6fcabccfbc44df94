// Rebuilds NotoSansSC-subset.ttf. Run in a folder where the two packages named in VENDOR.md are installed:
//   node subset.js path/to/NotoSansSC_400Regular.ttf NotoSansSC-subset.ttf
const fs = require("fs");
const subset = require("subset-font");

// First and last code point. Where the source font covers a range only partly, what it has is kept.
const ranges = [
  [0x20, 0x7e], [0xa1, 0x17f], [0x370, 0x3ff], [0x400, 0x45f], // Latin, Greek, Cyrillic
  [0x2010, 0x205e], [0x2070, 0x209f], [0x20a0, 0x20bf], [0x2100, 0x22ff], // punctuation, units, arrows, signs
  [0x2460, 0x24ff], [0x25a0, 0x2642], // circled numbers, shapes
  [0x2e80, 0x2fdf], [0x3001, 0x303f], [0x3200, 0x33ff], // radicals, CJK punctuation, squared units
  [0x3400, 0x4dbf], [0x4e00, 0x9fff], [0xf900, 0xfaff], // CJK Extension A, base block, compatibility
  [0xff00, 0xffef], [0x20000, 0x323af], // full-width forms, the few later extensions there are
];

async function main([source, target]) {
  let text = "";
  for (const [first, last] of ranges)
    for (let c = first; c <= last; c++) text += String.fromCodePoint(c);
  const font = await subset(fs.readFileSync(source), text, {
    targetFormat: "sfnt",
    noLayoutClosure: true,
    // Layout tables: the PDF writer sets characters one by one and reads none of them.
    dropTables: ["GSUB", "GPOS", "GDEF", "BASE", "STAT", "vhea", "vmtx", "VORG"],
  });
  fs.writeFileSync(target, font);
}

main(process.argv.slice(2));
