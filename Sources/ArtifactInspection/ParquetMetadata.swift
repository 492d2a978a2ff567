/// The part of a Parquet file's footer that tells rows and schema.
///
/// The structures: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
struct ParquetMetadata {
  private(set) var rowCount: Int64?
  /// The tree of columns, parents before children, the root first.
  private(set) var elements: [ParquetElement]?

  /// Reads a `FileMetaData` until rows and schema are known: they stand before the row groups, which are most of it.
  init(_ bytes: [UInt8]) throws(ThriftFault) {
    var rowCount: Int64?
    var elements: [ParquetElement]?
    var reader = ThriftCompactReader(bytes)
    try reader.readStructure { (reader, field) throws(ThriftFault) in
      switch field.id {
      case 2: elements = try reader.readElements(field.kind)
      case 3: rowCount = try reader.readInteger(field.kind)
      default: try reader.skip(field.kind)
      }
      return rowCount == nil || elements == nil
    }
    self.rowCount = rowCount
    self.elements = elements
  }
}

/// A `SchemaElement`: a column, a group of columns, or the root of all.
struct ParquetElement {
  /// The physical type of a column; a group has none.
  fileprivate(set) var physical: Int64?
  /// The length of a value in bytes, for the physical type of fixed length.
  fileprivate(set) var length: Int64?
  fileprivate(set) var isRepeated = false
  fileprivate(set) var name: [UInt8] = []
  fileprivate(set) var childCount = 0
  fileprivate(set) var logical: ParquetLogicalType?
}

extension ParquetElement {
  /// The same as a group of columns, which has no physical type.
  var group: ParquetElement {
    var group = self
    group.physical = nil
    return group
  }

  /// The type of a column in the schema text.
  ///
  /// What a column means goes before how it is stored: a decimal is the same in four bytes or in sixteen.
  var typeName: String {
    switch logical {
    case .plain(let name): return name
    case .integer(let bits, let isSigned): return "\(isSigned ? "int" : "uint")\(bits)"
    case .list, .map, .mapOfOldWriters, .variant, nil: break
    }
    switch physical {
    case 0: return "boolean"
    case 1: return "int32"
    case 2: return "int64"
    case 3: return "int96"
    case 4: return "float32"
    case 5: return "float64"
    case 6: return "binary"
    case 7: return "fixed(\(length ?? 0))"
    case let number?: return "physical\(number)"
    case nil: return "structure"
    }
  }
}

extension ThriftCompactReader {
  fileprivate mutating func readElements(_ kind: Kind) throws(ThriftFault) -> [ParquetElement] {
    let (element, count) = try readListHeader(kind)
    guard element == .structure || count == 0, count <= SchemaText.mostFields else { throw ThriftFault() }
    var elements: [ParquetElement] = []
    elements.reserveCapacity(count)
    for _ in 0..<count { elements.append(try readElement()) }
    return elements
  }

  private mutating func readElement() throws(ThriftFault) -> ParquetElement {
    var result = ParquetElement()
    var converted: Int64?
    var (scale, precision): (Int64, Int64) = (0, 0)
    try readStructure { (reader, field) throws(ThriftFault) in
      switch field.id {
      case 1: result.physical = try reader.readInteger(field.kind)
      case 2: result.length = try reader.readInteger(field.kind)
      case 3: result.isRepeated = try reader.readInteger(field.kind) == 2
      case 4: result.name = try reader.readBinary(field.kind)
      case 5:
        guard let count = Int(exactly: try reader.readInteger(field.kind)), count >= 0 else { throw ThriftFault() }
        result.childCount = count
      case 6: converted = try reader.readInteger(field.kind)
      case 7: scale = try reader.readInteger(field.kind)
      case 8: precision = try reader.readInteger(field.kind)
      case 10: result.logical = try reader.readLogicalType(field.kind)
      default: try reader.skip(field.kind)
      }
      return true
    }
    if result.logical == nil, let converted {
      result.logical = ParquetLogicalType(converted: converted, precision: precision, scale: scale)
    }
    return result
  }
}
