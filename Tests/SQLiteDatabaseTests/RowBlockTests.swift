import SQLiteDatabase
import Testing

@Suite("A block of rows")
struct RowBlockTests {
  @Test("binds every value as it was appended, wherever in the block it stands")
  func binding() throws {
    let texts: [String?] = ["", nil, "plain", "é中🙂", "a\0b", String(repeating: "x", count: 10_000)]
    let numbers: [Int64?] = [0, nil, .min, .max, -1, 7]
    var block = RowBlock()
    for (text, number) in zip(texts, numbers) {
      block.append(text)
      block.append(number)
      block.append(number == nil)
    }
    #expect(block.count == 3 * texts.count)

    let connection = try Connection(path: ":memory:", mode: .create)
    try connection.execute("CREATE TABLE t (row INTEGER, text TEXT, number INTEGER, flag INTEGER) STRICT")
    try block.withReader { values throws(SQLiteError) in
      try connection.withStatement("INSERT INTO t VALUES (?1, ?2, ?3, ?4)") { statement throws(SQLiteError) in
        for row in texts.indices {
          try statement.bind(Int64(row), at: 1)
          try statement.bind(inPlace: 3 * row..<3 * row + 3, of: values, at: 2)
          try statement.run()
        }
      }
    }
    try connection.withStatement("SELECT text, number, flag FROM t ORDER BY row") { statement throws(SQLiteError) in
      for (text, number) in zip(texts, numbers) {
        #expect(try statement.step())
        #expect(try statement.optionalText(0) == text)
        #expect(try statement.optionalInt64(1) == number)
        #expect(try statement.bool(2) == (number == nil))
      }
      #expect(try !statement.step())
    }
  }

  @Test("an error of SQLite reaches the caller")
  func failure() throws {
    let connection = try Connection(path: ":memory:", mode: .create)
    var block = RowBlock()
    block.append("text")
    let error = sqliteError { () throws(SQLiteError) in
      try block.withReader { values throws(SQLiteError) in
        try connection.withStatement("SELECT 1") { statement throws(SQLiteError) in
          try statement.bind(inPlace: 0..<1, of: values, at: 1)
        }
      }
    }
    #expect(error != nil)
  }
}
