import SQLiteDatabase
import Testing

@Suite("Rows that one statement inserts")
struct BlockTableTests {
  private static let insertion: StaticString =
    "INSERT INTO t (row, text, number) SELECT ?1 + c0, c1, c2 FROM block_row"

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

  @Test("hold what the block holds, block after block", arguments: [0, 1, 2, 1000])
  func values(count: Int) throws {
    let connection = try makeConnection()
    let texts: [String?] = ["", nil, "plain", "é中🙂", "a\0b", String(repeating: "x", count: 10_000)]
    let numbers: [Int64?] = [0, nil, .min, .max, -1]
    var expected: [Row] = []
    for start in [0, 5000] {
      let rows = (0..<count).map { place in
        Row(row: Int64(place), text: texts[place % texts.count], number: numbers[place % numbers.count])
      }
      try connection.insert(block(rows), width: 3, with: Self.insertion, offset: Int64(start))
      expected += rows.map { Row(row: $0.row + Int64(start), text: $0.text, number: $0.number) }
    }
    #expect(try read(connection) == expected)
  }

  @Test("blocks of other widths go into other tables of the same connection")
  func widths() throws {
    let connection = try makeConnection()
    try connection.execute("CREATE TABLE wide (\((0..<32).map { "v\($0) INTEGER" }.joined(separator: ", "))) STRICT")
    try connection.insert(block([Row(row: 1, text: "a", number: nil)]), width: 3, with: Self.insertion, offset: 0)
    var wide = RowBlock()
    for value in 0..<64 { wide.append(Int64(value)) }
    try connection.insert(wide, width: 32, with: "INSERT INTO wide SELECT * FROM block_row")
    try connection.insert(block([Row(row: 2, text: "b", number: 7)]), width: 3, with: Self.insertion, offset: 0)
    #expect(
      try read(connection) == [Row(row: 1, text: "a", number: nil), Row(row: 2, text: "b", number: 7)])
    try connection.withStatement("SELECT v0, v31 FROM wide ORDER BY v0") { statement throws(SQLiteError) in
      for first in [0, 32] as [Int64] {
        #expect(try statement.step())
        #expect(try statement.int64(0) == first)
        #expect(try statement.int64(1) == first + 31)
      }
      #expect(try !statement.step())
    }
  }

  @Test("a row that breaks a rule fails with all rows of its block, and the next block goes in")
  func failure() throws {
    let connection = try makeConnection()
    let twice = block([1, 2, 2, 3].map { Row(row: $0, text: "x", number: nil) })
    let error = sqliteError { () throws(SQLiteError) in
      try connection.insert(twice, width: 3, with: Self.insertion, offset: 0)
    }
    #expect(error?.isConstraint == true)
    #expect(try read(connection) == [])
    try connection.insert(block([Row(row: 9, text: nil, number: 1)]), width: 3, with: Self.insertion, offset: 0)
    #expect(try read(connection) == [Row(row: 9, text: nil, number: 1)])
  }

  @Test("a column that a row does not have is an error, not a NULL")
  func missingColumn() throws {
    let connection = try makeConnection()
    let rows = block([Row(row: 1, text: "x", number: nil)])
    let error = sqliteError { () throws(SQLiteError) in
      try connection.insert(rows, width: 3, with: "INSERT INTO t (row, number) SELECT c0, c3 FROM block_row")
    }
    #expect(error != nil)
    #expect(try read(connection) == [])
  }

  @Test("outside of an insertion the table is empty, and a connection that never inserted has none")
  func emptiness() throws {
    let connection = try makeConnection()
    #expect(sqliteError { () throws(SQLiteError) in _ = try connection.int64("SELECT count(*) FROM block_row") } != nil)
    try connection.insert(block([Row(row: 1, text: "x", number: 2)]), width: 3, with: Self.insertion, offset: 0)
    #expect(try connection.int64("SELECT count(*) FROM block_row") == 0)
  }
}
