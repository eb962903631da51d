// Documents to be looked at, written as PDF by hand.

/** A PDF of objects, the first of which is its catalogue; bytes as Latin-1. */
function written(objects) {
  let out = '%PDF-1.7\n';
  const places = objects.map((object, at) => {
    const place = out.length;
    out += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return place;
  });
  const table = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  out += places.map((place) => `${String(place).padStart(10, '0')} 00000 n \n`).join('');
  out += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return Buffer.from(out, 'latin1').toString('base64').replace(/.{76}/g, '$&\r\n');
}

const stream = (fields, bytes) => `<< ${fields} /Length ${bytes.length} >>\nstream\n${bytes}\nendstream`;

/** A document of some pages that say which they are. */
export function pdf(pages) {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages} /Kids [${Array.from({ length: pages }, (_, n) => `${4 + 2 * n} 0 R`).join(' ')}] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  for (let page = 1; page <= pages; page += 1) {
    objects.push(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 ${page === 2 ? 500 : 200}] /Contents ${5 + 2 * (page - 1)} 0 R /Resources << /Font << /F 3 0 R >> >> >>`);
    objects.push(stream('', `BT /F 24 Tf 40 120 Td (Sheet number ${page}) Tj ET`));
  }
  return written(objects);
}

/** Words in encodings that documents may name without bringing them: font, CMap, collection, bytes. */
const WORDS = [
  ['STSong-Light', 'UniGB-UCS2-H', 'GB1', '4f60597dff0c4e16754c'],
  ['STSong-Light', 'GBK-EUC-H', 'GB1', 'bcf2cce5d6d0cec4'],
  ['MSung-Light', 'ETen-B5-H', 'CNS1', 'c163c5e9a4a4a4e5'],
  ['HeiseiMin-W3', '90ms-RKSJ-H', 'Japan1', '93fa967b8cea8365834c83588367'],
  ['HYSMyeongJo-Medium', 'KSCms-UHC-H', 'Korea1', 'c7d1b1b9beee20b9aec0e5'],
];

/** From red to blue, as JPEG 2000. */
const JPEG2000 =
  'AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAAQAAAAEAAAw8HAAAAAAAPY29scgEAAAAAABAAAAGkan' +
  'AyY/9P/1EALwAAAAAAQAAAAEAAAAAAAAAAAAAAAEAAAABAAAAAAAAAAAAAAw8BAQ8BAQ8BAf9SAAwAAAABAQUEBAAB/1wAE0CAiIiQiIiQiIiQ' +
  'iIiQiIiQ/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2ZXJzaW9uIDIuNS4w/5AACgAAAAABHQAB/5PP/DAUCJDemEff+JAwCz2LMOaf/3jASA' +
  'Pj4llwYNr/B4Cj/wYDAAs9izDmn6P/BgMADBfJmHNPgKH/QYKAA3/dUZ5Sd7b4v6H/QYJAAM/VUZ5Sd7cHgKD/YAIgPaY0WxDcWISz7mS2D318' +
  'H1eg/2ACYD5ioq2IbixCWfcyWwe+vg99xFeAoH+CAJ2sKUEAwxgGDIUY6bkHZVYMTYBxAUOOWN3q5OsNxf9/oH+CEJ2WqQEAwxgGDIUY6bkHZV' +
  'YMTYBxAUXH/M24BGnZfN+fkYCgP5Hw4Y1ip3/YXa9AAAABhHWAaQl612QFCNMkEg9N+AFyI6A/kZDhjAqjf9hdr0AAAAGEdYBpCX31S7e+MU48' +
  '/9k=';

/** One colour as JBIG2: a page, and a region in MMR. */
const JBIG2 =
  '000000003000010000001300000040000000400000000000000000000000000000012600010000001d0000004000000040000000000000' +
  '00000001ffffffffffffffff001001';

/** A page of words whose type and encoding it does not bring, of signs, and of pictures by rare filters. */
export function foreign() {
  const objects = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Count 1 /Kids [3 0 R] >>', '', ''];
  const add = (object) => `${objects.push(object)} 0 R`;
  const east = ([base, cmap, collection]) => {
    const about = add(`<< /Type /FontDescriptor /FontName /${base} /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>`);
    const shapes = add(`<< /Type /Font /Subtype /CIDFontType0 /BaseFont /${base} /CIDSystemInfo << /Registry (Adobe) /Ordering (${collection}) /Supplement 1 >> /FontDescriptor ${about} /DW 1000 >>`);
    return add(`<< /Type /Font /Subtype /Type0 /BaseFont /${base}-${cmap} /Encoding /${cmap} /DescendantFonts [${shapes}] >>`);
  };
  const signs = (base) => add(`<< /Type /Font /Subtype /Type1 /BaseFont /${base} >>`);
  const fonts = [...WORDS.map(east), signs('ZapfDingbats'), signs('Symbol')];
  const texts = [...WORDS.map((word) => word[3]), '2122', '616267'];
  const picture = (fields, bytes) => add(stream(`/Type /XObject /Subtype /Image /Width 64 /Height 64 ${fields}`, bytes.toString('latin1')));
  const pictures = [
    picture('/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /JPXDecode', Buffer.from(JPEG2000, 'base64')),
    picture('/ColorSpace /DeviceGray /BitsPerComponent 1 /Decode [1 0] /Filter /JBIG2Decode', Buffer.from(JBIG2, 'hex')),
  ];
  const lines = texts.map((hex, at) => `BT /F${at} 24 Tf 30 ${460 - 40 * at} Td <${hex}> Tj ET`);
  const drawn = pictures.map((_, at) => `q 80 0 0 80 ${30 + 100 * at} 40 cm /P${at} Do Q`);
  const named = (letter, list) => list.map((object, at) => `/${letter}${at} ${object}`).join(' ');
  objects[2] = `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 320 500] /Contents 4 0 R /Resources << /Font << ${named('F', fonts)} >> /XObject << ${named('P', pictures)} >> >> >>`;
  objects[3] = stream('', [...lines, ...drawn].join('\n'));
  return written(objects);
}
