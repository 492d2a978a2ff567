import CSQLite

/// Values of rows, one row after the other, in one block of memory: for statements to bind or to select.
///
/// For imports: a block is filled on one thread and inserted on another, without a copy of its text and without
/// counting references for every value.
package struct RowBlock: Sendable {
  fileprivate struct Value: Sendable {
    /// Bytes of a text, or one of the marks below.
    var length: Int
    /// The integer, or where in the block the text begins.
    var payload: Int64

    static let integer = -1
    static let null = -2
  }

  private var values: [Value] = []
  private var text: [UInt8] = []

  package init() {}

  /// How many values there are.
  package var count: Int { values.count }

  /// Bytes of memory that the values take, with room to grow.
  package var byteCount: Int { values.capacity * MemoryLayout<Value>.stride + text.capacity }

  package mutating func reserve(values count: Int, textBytes: Int) {
    values.reserveCapacity(count)
    text.reserveCapacity(textBytes)
  }

  package mutating func append(_ integer: Int64) {
    values.append(Value(length: Value.integer, payload: integer))
  }

  package mutating func append(_ integer: Int64?) {
    values.append(Value(length: integer == nil ? Value.null : Value.integer, payload: integer ?? 0))
  }

  package mutating func append(_ flag: Bool) { append(flag ? 1 : 0 as Int64) }

  package mutating func append(_ string: String?) {
    guard var string else { return values.append(Value(length: Value.null, payload: 0)) }
    let start = Int64(text.count)
    string.withUTF8 { text.append(contentsOf: $0) }
    values.append(Value(length: text.count - Int(start), payload: start))
  }

  /// Lends the values to statements.
  package func withReader<R, E: Error>(_ body: (Reader) throws(E) -> R) throws(E) -> R {
    // Through a result, since the closures of the standard library do not pass on a typed error with a borrowed value.
    let result = values.withUnsafeBufferPointer { values in
      text.withUnsafeBytes { text in
        Result { () throws(E) in try body(Reader(values: values, text: text)) }
      }
    }
    return try result.get()
  }

  /// The values of a block, for as long as it is lent.
  package struct Reader {
    fileprivate let values: UnsafeBufferPointer<Value>
    fileprivate let text: UnsafeRawBufferPointer

    /// Makes a value that of a column. The block must stay lent until the row was used.
    func give(_ index: Int, to context: OpaquePointer?) {
      let value = values[index]
      switch value.length {
      case Value.integer: sqlite3_result_int64(context, value.payload)
      // A column to which nothing is given is NULL.
      case Value.null: break
      default:
        let start = text.baseAddress.map { $0 + Int(value.payload) }
        catalog_result_text_in_place(context, start ?? Statement.emptyAddress, UInt64(value.length))
      }
    }
  }
}

extension Statement {
  /// Binds values of a block to as many parameters in a row. The block must stay lent until the statement has run.
  ///
  /// - Parameters:
  ///   - range: which values of the block.
  ///   - first: the first parameter, from 1.
  package borrowing func bind(
    inPlace range: Range<Int>, of block: RowBlock.Reader, at first: Int32
  ) throws(SQLiteError) {
    var parameter = first
    for value in block.values[range] {
      switch value.length {
      case RowBlock.Value.integer: try bind(value.payload, at: parameter)
      case RowBlock.Value.null: try bindNull(at: parameter)
      default:
        let start = Int(value.payload)
        try bind(
          inPlaceText: UnsafeRawBufferPointer(rebasing: block.text[start..<start + value.length]), at: parameter)
      }
      parameter += 1
    }
  }
}
