/// What a column of a Parquet file means, in whichever of its two spellings the file says so.
///
/// Newer writers spell a `LogicalType`, older ones a `ConvertedType`, most of them both. The two lists, and how one
/// maps to the other: https://github.com/apache/parquet-format/blob/master/LogicalTypes.md.
enum ParquetLogicalType: Equatable {
  /// A type that says all: its name in the schema text, parameters included.
  case plain(String)
  /// An integer of a width in bits.
  case integer(bits: Int64, isSigned: Bool)
  /// A group that stands for a list.
  case list
  /// A group that stands for a map.
  case map
  /// `MAP_KEY_VALUE`: the inside of a map, which some writers put around it.
  case mapOfOldWriters
  /// A group that holds a value of any type.
  case variant

  static func decimal(precision: Int64, scale: Int64) -> Self { .plain("decimal(\(precision),\(scale))") }

  /// A `ConvertedType` by its number. Such a time is always adjusted to UTC, as the specification has it.
  init?(converted number: Int64, precision: Int64, scale: Int64) {
    switch number {
    case 0: self = .plain("string")
    case 1: self = .map
    case 2: self = .mapOfOldWriters
    case 3: self = .list
    case 4: self = .plain("enum")
    case 5: self = .decimal(precision: precision, scale: scale)
    case 6: self = .plain("date")
    case 7: self = .plain("time(ms,utc)")
    case 8: self = .plain("time(us,utc)")
    case 9: self = .plain("timestamp(ms,utc)")
    case 10: self = .plain("timestamp(us,utc)")
    case 11...14: self = .integer(bits: 8 << (number - 11), isSigned: false)
    case 15...18: self = .integer(bits: 8 << (number - 15), isSigned: true)
    case 19: self = .plain("json")
    case 20: self = .plain("bson")
    case 21: self = .plain("interval")
    default: return nil
    }
  }
}

extension ThriftCompactReader {
  /// Reads the union `LogicalType`; `nil` where it holds nothing.
  mutating func readLogicalType(_ kind: Kind) throws(ThriftFault) -> ParquetLogicalType? {
    guard kind == .structure else { throw ThriftFault() }
    var type: ParquetLogicalType?
    try readStructure { (reader, field) throws(ThriftFault) in
      guard field.kind == .structure else { throw ThriftFault() }
      switch field.id {
      case 1: type = .plain("string")
      case 2: type = .map
      case 3: type = .list
      case 4: type = .plain("enum")
      case 5:
        type = try reader.readDecimal()
        return true
      case 6: type = .plain("date")
      case 7:
        type = try reader.readTime("time")
        return true
      case 8:
        type = try reader.readTime("timestamp")
        return true
      case 10:
        type = try reader.readIntegerType()
        return true
      case 11: type = .plain("null")
      case 12: type = .plain("json")
      case 13: type = .plain("bson")
      case 14: type = .plain("uuid")
      case 15: type = .plain("float16")
      case 16: type = .variant
      case 17:
        type = try reader.readGeography("geometry")
        return true
      case 18:
        type = try reader.readGeography("geography")
        return true
      // A type that is younger than this reader; the physical type would not tell it from others.
      default: type = .plain("logical\(field.id)")
      }
      try reader.skip(field.kind)
      return true
    }
    return type
  }

  private mutating func readDecimal() throws(ThriftFault) -> ParquetLogicalType {
    var (scale, precision): (Int64, Int64) = (0, 0)
    try readStructure { (reader, field) throws(ThriftFault) in
      switch field.id {
      case 1: scale = try reader.readInteger(field.kind)
      case 2: precision = try reader.readInteger(field.kind)
      default: try reader.skip(field.kind)
      }
      return true
    }
    return .decimal(precision: precision, scale: scale)
  }

  private mutating func readTime(_ name: String) throws(ThriftFault) -> ParquetLogicalType {
    var isAdjustedToUTC = false
    var unit = "?"
    try readStructure { (reader, field) throws(ThriftFault) in
      switch (field.id, field.kind) {
      case (1, _): isAdjustedToUTC = try reader.boolean(field.kind)
      case (2, .structure):
        try reader.readStructure { (reader, member) throws(ThriftFault) in
          switch member.id {
          case 1: unit = "ms"
          case 2: unit = "us"
          case 3: unit = "ns"
          default: unit = "unit\(member.id)"
          }
          try reader.skip(member.kind)
          return true
        }
      default: try reader.skip(field.kind)
      }
      return true
    }
    return .plain("\(name)(\(unit),\(isAdjustedToUTC ? "utc" : "local"))")
  }

  private mutating func readIntegerType() throws(ThriftFault) -> ParquetLogicalType {
    var bits: Int64 = 0
    var isSigned = false
    try readStructure { (reader, field) throws(ThriftFault) in
      switch field.id {
      case 1: bits = try reader.readInteger(field.kind)
      case 2: isSigned = try reader.boolean(field.kind)
      default: try reader.skip(field.kind)
      }
      return true
    }
    return .integer(bits: bits, isSigned: isSigned)
  }

  /// The parameters are a text, the reference system, and a number, the algorithm; what is not given stays its default.
  private mutating func readGeography(_ name: String) throws(ThriftFault) -> ParquetLogicalType {
    var system = Array("OGC:CRS84".utf8)
    var algorithm: Int64 = 0
    try readStructure { (reader, field) throws(ThriftFault) in
      switch field.id {
      case 1: system = try reader.readBinary(field.kind)
      case 2: algorithm = try reader.readInteger(field.kind)
      default: try reader.skip(field.kind)
      }
      return true
    }
    // A line of the schema text must not break, whatever the name of the system is.
    let spelling = String(decoding: system, as: UTF8.self).unicodeScalars.map { $0.escaped(asASCII: true) }.joined()
    return .plain("\(name)(\(spelling),\(algorithm))")
  }
}
