/// Parquet files that consist of a footer.
enum ParquetBytes {
  /// A file of optional columns of 32-bit integers, with bytes behind rows and schema where row groups would stand.
  static func file(columns: [String], rows: Int, padding: Int = 0) -> [UInt8] {
    var footer: [UInt8] = [0x15, 0x02]  // 1: version 1
    footer += [0x19, 0xFC] + variableLength(UInt64(columns.count) + 1)  // 2: a list of structures
    footer += [0x48, 0x01] + Array("r".utf8) + [0x15] + variableLength(UInt64(columns.count) << 1) + [0]
    for column in columns {
      footer += [0x15, 0x02, 0x25, 0x02, 0x18] + variableLength(UInt64(column.utf8.count)) + column.utf8 + [0]
    }
    footer += [0x16] + variableLength(UInt64(rows) << 1)  // 3: rows
    footer += [UInt8](repeating: 0xFF, count: padding)
    return file(footer: footer)
  }

  /// A file around a footer, whatever that is.
  static func file(footer: [UInt8]) -> [UInt8] {
    let length = (0..<4).map { UInt8(truncatingIfNeeded: footer.count >> ($0 * 8)) }
    return Array("PAR1".utf8) + footer + length + Array("PAR1".utf8)
  }

  static func variableLength(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}
