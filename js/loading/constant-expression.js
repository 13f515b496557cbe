/** Constant expressions, of tables and globals: https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions */

/** Reads over one, its end included. Throws for instructions that are not known to be constant. */
export function skipConstantExpression(reader) {
  while (skipInstruction(reader));
}

/** Reads over an instruction: whether another follows. */
function skipInstruction(reader) {
  const code = reader.byte();
  switch (code) {
    case 0x0b: // end
      return false;
    case 0x23: // global.get
    case 0xd2: // ref.func
      reader.u32();
      break;
    case 0x41: // i32.const
      reader.signed(32n);
      break;
    case 0x42: // i64.const
      reader.signed(64n);
      break;
    case 0x43: // f32.const
      reader.skip(4);
      break;
    case 0x44: // f64.const
      reader.skip(8);
      break;
    case 0x6a: // i32.add
    case 0x6b: // i32.sub
    case 0x6c: // i32.mul
    case 0x7c: // i64.add
    case 0x7d: // i64.sub
    case 0x7e: // i64.mul
      break;
    case 0xd0: // ref.null
      reader.heapType();
      break;
    case 0xfb: // any.convert_extern, extern.convert_any, ref.i31
      if (![0x1a, 0x1b, 0x1c].includes(reader.u32())) throw reader.unknown('an instruction');
      break;
    case 0xfd: // v128.const
      if (reader.u32() !== 0x0c) throw reader.unknown('an instruction');
      reader.skip(16);
      break;
    default:
      throw reader.unknown('an instruction');
  }
  return true;
}
