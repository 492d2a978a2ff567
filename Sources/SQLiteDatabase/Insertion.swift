/// An insertion into one table, of rows from a block.
package struct Insertion: Sendable {
  /// `INSERT INTO <table> (<columns>)`, without the values.
  let head: StatementText
  /// How many columns are named, which is how many values of a block make a row.
  package let width: Int
  /// Whether the first value of each row is added to an offset that comes with the block.
  let isRelative: Bool

  package init(_ head: StaticString, width: Int, isRelative: Bool = false) {
    self.init(StatementText(head), width: width, isRelative: isRelative)
  }

  /// The same of a text that was made.
  package init(_ head: StatementText, width: Int, isRelative: Bool) {
    precondition(width <= BlockTable.largestWidth)
    self.head = head
    self.width = width
    self.isRelative = isRelative
  }

  /// How the statement gets its values.
  enum Form: Hashable {
    /// Bound, a row at a time.
    case values
    /// Selected from the block that is lent to the connection.
    case block
  }

  /// What follows the head.
  struct Ending: Hashable {
    var form: Form
    var width: Int
    var isRelative: Bool
  }

  func ending(_ form: Form) -> Ending { Ending(form: form, width: width, isRelative: isRelative) }

  /// The parameter of the first value of a row that is bound; the offset comes before it.
  var firstValue: Int32 { isRelative ? 2 : 1 }

  func text(_ form: Form) -> String {
    switch form {
    case .values:
      let values = (0..<width).map { "?\(Int(firstValue) + $0)" }.joined(separator: ", ")
      return "\(head) VALUES (\(isRelative ? "?1 + " : "")\(values))"
    case .block:
      let columns = (0..<width).map { "c\($0)" }.joined(separator: ", ")
      return "\(head) SELECT \(isRelative ? "?1 + " : "")\(columns) FROM \(BlockTable.name)"
    }
  }
}

extension Connection {
  /// Inserts the rows of a block, each by a statement of its own.
  ///
  /// - Parameter offset: what the first value of each row is added to, where the insertion says so.
  package borrowing func insert(
    _ block: RowBlock, with insertion: Insertion, offset: Int64 = 0
  ) throws(SQLiteError) {
    try insert(block, with: insertion, .values, offset) { statement, rows throws(SQLiteError) in
      for start in stride(from: 0, to: block.count, by: insertion.width) {
        try statement.bind(inPlace: start..<start + insertion.width, of: rows, at: insertion.firstValue)
        try statement.run()
      }
    }
  }

  /// Inserts the rows of a block by a single statement, for a database that has no journal.
  ///
  /// SQLite keeps its place in the table from one row to the next. A statement for each row goes down from the root
  /// every time, and is bound, started and reset besides; measured on rows of 27 values, that takes twice as long.
  /// Where there is a journal, however, one statement of several rows has another journal of its own, and that costs
  /// more.
  package borrowing func insertAtOnce(
    _ block: RowBlock, with insertion: Insertion, offset: Int64 = 0
  ) throws(SQLiteError) {
    try blockTable.register(in: handle)
    try insert(block, with: insertion, .block, offset) { statement, rows throws(SQLiteError) in
      let width = insertion.width
      try blockTable.lend(BlockTable.Rows(block: rows, width: width, count: block.count / width)) {
        () throws(SQLiteError) in try statement.run()
      }
    }
  }

  private borrowing func insert(
    _ block: RowBlock, with insertion: Insertion, _ form: Insertion.Form, _ offset: Int64,
    _ run: (borrowing Statement, RowBlock.Reader) throws(SQLiteError) -> Void
  ) throws(SQLiteError) {
    precondition(block.count % insertion.width == 0)
    guard block.count > 0 else { return }
    try withStatement(insertion, form) { statement throws(SQLiteError) in
      if insertion.isRelative { try statement.bind(offset, at: 1) }
      try block.withReader { rows throws(SQLiteError) in try run(statement, rows) }
    }
  }
}
