import SQLiteDatabase
import Testing

@Suite("Rows of a block that are inserted")
struct InsertionTests {
  private static let insertion = Insertion("INSERT INTO t (row, text, number)", width: 3, isRelative: true)

  /// The ways of inserting a block.
  enum Way: CaseIterable {
    case each, atOnce
  }

  private func insert(
    _ block: RowBlock, _ way: Way, into connection: borrowing Connection, with insertion: Insertion = Self.insertion,
    offset: Int64 = 0
  ) throws(SQLiteError) {
    switch way {
    case .each: try connection.insert(block, with: insertion, offset: offset)
    case .atOnce: try connection.insertAtOnce(block, with: insertion, offset: offset)
    }
  }

  private func makeConnection() throws -> Connection {
    let connection = try Connection(path: ":memory:", mode: .create)
    try connection.execute("CREATE TABLE t (row INTEGER PRIMARY KEY, text TEXT, number INTEGER) STRICT")
    return connection
  }

  private func read(_ connection: borrowing Connection) throws -> [Row] {
    try connection.withStatement("SELECT row, text, number FROM t ORDER BY row") { statement throws(SQLiteError) in
      var rows: [Row] = []
      while try statement.step() {
        rows.append(
          Row(
            row: try statement.int64(0), text: try statement.optionalText(1),
            number: try statement.optionalInt64(2)))
      }
      return rows
    }
  }

  private struct Row: Equatable {
    var row: Int64
    var text: String?
    var number: Int64?
  }

  private func block(_ rows: [Row]) -> RowBlock {
    var block = RowBlock()
    for row in rows {
      block.append(row.row)
      block.append(row.text)
      block.append(row.number)
    }
    return block
  }

  @Test("hold what the block holds, block after block", arguments: Way.allCases, [0, 1, 2, 1000])
  func values(way: Way, count: Int) throws {
    let connection = try makeConnection()
    let texts: [String?] = ["", nil, "plain", "é中🙂", "a\0b", String(repeating: "x", count: 10_000)]
    let numbers: [Int64?] = [0, nil, .min, .max, -1]
    var expected: [Row] = []
    for start in [0, 5000] {
      let rows = (0..<count).map { place in
        Row(row: Int64(place), text: texts[place % texts.count], number: numbers[place % numbers.count])
      }
      try insert(block(rows), way, into: connection, offset: Int64(start))
      expected += rows.map { Row(row: $0.row + Int64(start), text: $0.text, number: $0.number) }
    }
    #expect(try read(connection) == expected)
  }

  @Test("go into tables of any width, one after the other on the same connection", arguments: Way.allCases)
  func widths(way: Way) throws {
    let connection = try makeConnection()
    let columns = (0..<32).map { "v\($0)" }.joined(separator: ", ")
    try connection.execute("CREATE TABLE wide (\(columns))")
    let wide = Insertion(
      """
      INSERT INTO wide (v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17, v18, v19, v20,
        v21, v22, v23, v24, v25, v26, v27, v28, v29, v30, v31)
      """, width: 32)
    try insert(block([Row(row: 1, text: "a", number: nil)]), way, into: connection)
    var values = RowBlock()
    for value in 0..<64 { values.append(Int64(value)) }
    try insert(values, way, into: connection, with: wide)
    try insert(block([Row(row: 2, text: "b", number: 7)]), way, into: connection)
    #expect(try read(connection) == [Row(row: 1, text: "a", number: nil), Row(row: 2, text: "b", number: 7)])
    try connection.withStatement("SELECT v0, v31 FROM wide ORDER BY v0") { statement throws(SQLiteError) in
      for first in [0, 32] as [Int64] {
        #expect(try statement.step())
        #expect(try statement.int64(0) == first)
        #expect(try statement.int64(1) == first + 31)
      }
      #expect(try !statement.step())
    }
  }

  @Test("fail where one breaks a rule, all or those behind it, and the next block goes in", arguments: Way.allCases)
  func failure(way: Way) throws {
    let connection = try makeConnection()
    let twice = block([1, 2, 2, 3].map { Row(row: $0, text: nil, number: nil) })
    let error = sqliteError { () throws(SQLiteError) in try insert(twice, way, into: connection) }
    #expect(error?.isConstraint == true)
    if way == .atOnce { #expect(try connection.int64("SELECT count(*) FROM block_row") == 0) }
    #expect(try read(connection).map(\.row) == (way == .each ? [1, 2] : []))
    try insert(block([Row(row: 9, text: "x", number: 1)]), way, into: connection)
    #expect(try read(connection).last == Row(row: 9, text: "x", number: 1))
  }

  @Test("an insertion of more values than columns is refused", arguments: Way.allCases)
  func mismatch(way: Way) throws {
    let connection = try makeConnection()
    let rows = block([Row(row: 1, text: "x", number: nil)])
    let error = sqliteError { () throws(SQLiteError) in
      try insert(rows, way, into: connection, with: Insertion("INSERT INTO t (row, number)", width: 3))
    }
    #expect(error != nil)
    #expect(try read(connection) == [])
  }

  @Test("are to be seen in no other statement, before and after")
  func emptiness() throws {
    let connection = try makeConnection()
    #expect(sqliteError { () throws(SQLiteError) in _ = try connection.int64("SELECT count(*) FROM block_row") } != nil)
    try insert(block([Row(row: 1, text: "x", number: 2)]), .atOnce, into: connection)
    #expect(try connection.int64("SELECT count(*) FROM block_row") == 0)
  }
}
