// A QR code's encoder (ISO/IEC 18004): bytes or capitals and digits, error correction level M, versions 1 to 6.

/// Per version: blocks, data codewords of a block, correction codewords of a block.
const VERSIONS = [[1, 16, 10], [1, 28, 16], [1, 44, 26], [2, 32, 18], [2, 43, 24], [4, 27, 16]];
const CAPITALS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// The modules of the code for a text: rows of booleans, true for dark, without the quiet zone of four modules.
/// Throws a RangeError for a text that is too long: over 106 bytes.
export function encode(text) {
  const { version, bits } = segment(text);
  const size = 17 + 4 * version;
  const codewords = interleave(bits, version);
  let best = null;
  for (let mask = 0; mask < 8; mask += 1) {
    const grid = draw(size, version, codewords, mask);
    const badness = penalty(grid);
    if (!best || badness < best.badness) best = { grid, badness };
  }
  return best.grid;
}

/// The text as bits, padded to the room of the smallest version that takes it.
function segment(text) {
  const capitals = [...text].every(character => CAPITALS.includes(character));
  const bytes = [...new TextEncoder().encode(text)];
  const bits = [];
  const put = (value, count) => { for (let i = count - 1; i >= 0; i -= 1) bits.push((value >> i) & 1); };
  put(capitals ? 2 : 4, 4);
  put(bytes.length, capitals ? 9 : 8);
  if (capitals) {
    const values = [...text].map(character => CAPITALS.indexOf(character));
    for (let i = 0; i < values.length; i += 2) {
      if (i + 1 < values.length) put(values[i] * 45 + values[i + 1], 11);
      else put(values[i], 6);
    }
  } else bytes.forEach(byte => put(byte, 8));
  const index = VERSIONS.findIndex(([blocks, data]) => bits.length <= blocks * data * 8);
  if (index < 0) throw new RangeError("the text is too long for a QR code of version 6");
  const room = VERSIONS[index][0] * VERSIONS[index][1] * 8;
  put(0, Math.min(4, room - bits.length));
  put(0, (8 - bits.length % 8) % 8);
  for (let pad = 0; bits.length < room; pad += 1) put(pad % 2 === 0 ? 0xec : 0x11, 8);
  return { version: index + 1, bits };
}

/// Codewords in the order in which they are drawn: the blocks' data by turns, then their corrections by turns.
function interleave(bits, version) {
  const [count, data, correction] = VERSIONS[version - 1];
  const bytes = [];
  for (let i = 0; i < bits.length; i += 8) bytes.push(bits.slice(i, i + 8).reduce((sum, bit) => sum * 2 + bit, 0));
  const blocks = Array.from({ length: count }, (_, i) => bytes.slice(i * data, (i + 1) * data));
  const corrections = blocks.map(block => remainder(block, correction));
  const turns = (lists, length) => Array.from({ length }, (_, i) => lists.map(list => list[i])).flat();
  return [...turns(blocks, data), ...turns(corrections, correction)];
}

// Arithmetic in GF(256) with the polynomial x^8 + x^4 + x^3 + x^2 + 1.
const POWERS = [1];
for (let i = 1; i < 255; i += 1) POWERS.push(POWERS[i - 1] * 2 ^ (POWERS[i - 1] > 127 ? 0x11d : 0));
const LOGS = new Map(POWERS.map((value, power) => [value, power]));
const times = (a, b) => a && b ? POWERS[(LOGS.get(a) + LOGS.get(b)) % 255] : 0;

/// Reed and Solomon's correction: the remainder of the data, shifted, by (x - 1)(x - 2)(x - 4)...
function remainder(data, count) {
  let divisor = [1];
  for (let i = 0; i < count; i += 1) {
    divisor = [...divisor, 0].map((value, j) => value ^ times(divisor[j - 1] ?? 0, POWERS[i]));
  }
  const rest = [...data, ...Array(count).fill(0)];
  for (let i = 0; i < data.length; i += 1) {
    const factor = rest[i];
    divisor.forEach((value, j) => { rest[i + j] ^= times(value, factor); });
  }
  return rest.slice(data.length);
}

const MASKS = [
  (x, y) => (x + y) % 2, (x, y) => y % 2, x => x % 3, (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2, (x, y) => x * y % 2 + x * y % 3,
  (x, y) => (x * y % 2 + x * y % 3) % 2, (x, y) => ((x + y) % 2 + x * y % 3) % 2,
];

function draw(size, version, codewords, mask) {
  const grid = Array.from({ length: size }, () => Array(size).fill(undefined));
  const put = (x, y, dark) => { if (grid[y]?.[x] === undefined && x >= 0 && x < size && y >= 0 && y < size) grid[y][x] = Boolean(dark); };
  // The three eyes, each with its light rim; timing; the small eye that versions from 2 have.
  for (const [left, top] of [[0, 0], [size - 7, 0], [0, size - 7]]) {
    for (let y = -1; y < 8; y += 1) {
      for (let x = -1; x < 8; x += 1) {
        const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3));
        put(left + x, top + y, ring !== 2 && ring < 4);
      }
    }
  }
  if (version > 1) {
    for (let y = -2; y <= 2; y += 1) {
      for (let x = -2; x <= 2; x += 1) put(size - 7 + x, size - 7 + y, Math.max(Math.abs(x), Math.abs(y)) !== 1);
    }
  }
  for (let i = 0; i < size; i += 1) {
    put(i, 6, i % 2 === 0);
    put(6, i, i % 2 === 0);
  }
  drawFormat(size, mask, put);
  // Data in columns of two, from the right, up and down by turns, past the column of the timing.
  let bit = 0;
  for (let right = size - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right = 5;
    for (let i = 0; i < size; i += 1) {
      const y = up ? size - 1 - i : i;
      for (const x of [right, right - 1]) {
        if (grid[y][x] !== undefined) continue;
        const dark = (codewords[bit >> 3] ?? 0) >> (7 - bit % 8) & 1;
        grid[y][x] = Boolean(dark ^ (MASKS[mask](x, y) === 0));
        bit += 1;
      }
    }
  }
  return grid;
}

/// The level (M is 0) and the mask, with ten bits of correction, twice.
function drawFormat(size, mask, put) {
  let rest = mask << 10;
  for (let i = 14; i >= 10; i -= 1) if (rest >> i & 1) rest ^= 0x537 << (i - 10);
  const format = (mask << 10 | rest) ^ 0x5412;
  for (let i = 0; i < 15; i += 1) {
    const dark = format >> i & 1;
    // Beside the upper left eye, around the timing, and then beside the two others.
    if (i < 6) put(8, i, dark);
    else if (i < 8) put(8, i + 1, dark);
    else if (i === 8) put(7, 8, dark);
    else put(14 - i, 8, dark);
    if (i < 8) put(size - 1 - i, 8, dark);
    else put(8, size - 15 + i, dark);
  }
  put(8, size - 8, true);
}

/// How hard the code is to read, by the standard's four rules.
function penalty(grid) {
  const size = grid.length;
  const lines = [...grid, ...grid.map((_, x) => grid.map(row => row[x]))];
  let sum = 0;
  for (const line of lines) {
    let run = 1;
    for (let i = 1; i <= size; i += 1) {
      if (i < size && line[i] === line[i - 1]) run += 1;
      else {
        if (run >= 5) sum += run - 2;
        run = 1;
      }
    }
    const text = line.map(Number).join("");
    for (const eye of ["10111010000", "00001011101"]) {
      for (let at = text.indexOf(eye); at >= 0; at = text.indexOf(eye, at + 1)) sum += 40;
    }
  }
  for (let y = 1; y < size; y += 1) {
    for (let x = 1; x < size; x += 1) {
      const one = grid[y][x];
      if (one === grid[y - 1][x] && one === grid[y][x - 1] && one === grid[y - 1][x - 1]) sum += 3;
    }
  }
  const dark = grid.flat().filter(Boolean).length / size ** 2;
  return sum + Math.floor(Math.abs(dark - 0.5) * 20) * 10;
}
