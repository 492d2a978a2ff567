import CSQLite
import LinuxSystem

/// What SQL of a user may do: read, with functions from a list, within limits.
enum SandboxPolicy {
  /// Prepares a fresh connection for SQL of a user.
  static func impose(on connection: borrowing Connection, _ watch: SandboxWatch) throws(SQLiteError) {
    // A table-valued function declares its columns with its first use, and to the authorizer that looks like a change
    // of the schema. So it happens now; the schema is read with it.
    for name in tableValuedFunctions { _ = try connection.prepare("SELECT 1 FROM \(name)('')") }
    for (limit, value) in limits { connection.setLimit(limit, to: value) }
    sqlite3_set_authorizer(
      connection.handle,
      { context, action, first, second, _, _ in
        if SandboxPolicy.allows(action, first, second) { return SQLITE_OK }
        if let context { Unmanaged<SandboxWatch>.fromOpaque(context).takeUnretainedValue().hasDenied = true }
        return SQLITE_DENY
      }, Unmanaged.passUnretained(watch).toOpaque())
    sqlite3_progress_handler(
      connection.handle, 200,
      { context in
        guard let context else { return 1 }
        let watch = Unmanaged<SandboxWatch>.fromOpaque(context).takeUnretainedValue()
        if SQLiteLibrary.memoryInUse > watch.memoryLimit { watch.isOverMemory = true }
        return watch.isOverMemory || MonotonicClock.nanoseconds() >= watch.deadline ? 1 : 0
      }, Unmanaged.passUnretained(watch).toOpaque())
  }

  /// Ends what `impose` began; the connection does not know `watch` any more.
  static func lift(from connection: borrowing Connection) {
    sqlite3_set_authorizer(connection.handle, nil, nil)
    sqlite3_progress_handler(connection.handle, 0, nil, nil)
  }

  private static let limits: [(Limit, Int32)] = [
    // A little over the largest manifest, so that whatever the index holds can be read.
    (.length, 17 << 20),
    (.sqlLength, 100_000),
    (.columnCount, 500),
    (.expressionDepth, 100),
    (.compoundSelect, 50),
    (.programSteps, 250_000),
    (.functionArguments, 32),
    (.attached, 0),
    (.likePatternLength, 1000),
    (.variableNumber, 0),
    (.triggerDepth, 0),
    (.workerThreads, 0),
  ]

  private static func allows(_ action: Int32, _ first: UnsafePointer<CChar>?, _ second: UnsafePointer<CChar>?) -> Bool {
    switch action {
    case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE: true
    case SQLITE_FUNCTION: second.map { functions.contains(String(cString: $0).lowercased()) } ?? false
    // `pragma_table_info('asset')` runs the pragma of that name.
    case SQLITE_PRAGMA: first.map { pragmas.contains(String(cString: $0).lowercased()) } ?? false
    default: false
    }
  }

  /// Those that describe the schema and have no writing form.
  private static let pragmas: Set<String> = [
    "foreign_key_list", "index_info", "index_list", "index_xinfo", "table_info", "table_list", "table_xinfo",
  ]

  private static let tableValuedFunctions = pragmas.map { "pragma_" + $0 } + ["json_each", "json_tree"]

  /// Absent on purpose: `load_extension`, `fts3_tokenizer` and all of full-text search, `sqlite_log`, and whatever an
  /// application or a later SQLite adds.
  private static let functions: Set<String> = [
    // core
    "abs", "char", "coalesce", "format", "glob", "hex", "ifnull", "iif", "instr", "length", "like", "likelihood",
    "likely", "lower", "ltrim", "max", "min", "nullif", "printf", "quote", "random", "randomblob", "replace", "round",
    "rtrim", "sign", "sqlite_version", "substr", "substring", "trim", "typeof", "unicode", "unlikely", "upper",
    "zeroblob", "concat", "concat_ws", "octet_length", "unhex", "soundex",
    // dates
    "date", "time", "datetime", "julianday", "strftime", "unixepoch", "timediff", "current_date", "current_time",
    "current_timestamp",
    // aggregates
    "avg", "count", "group_concat", "string_agg", "sum", "total",
    // windows
    "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value",
    "last_value", "nth_value",
    // mathematics
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "ceiling", "cos", "cosh", "degrees", "exp",
    "floor", "ln", "log", "log10", "log2", "mod", "pi", "pow", "power", "radians", "sin", "sinh", "sqrt", "tan",
    "tanh", "trunc",
    // JSON
    "->", "->>", "json", "json_array", "json_array_length", "json_each", "json_extract", "json_group_array",
    "json_group_object", "json_insert", "json_object", "json_patch", "json_quote", "json_remove", "json_replace",
    "json_set", "json_tree", "json_type", "json_valid",
  ]
}

/// What the callbacks of one sandboxed connection share with the code that runs it, on the same thread.
final class SandboxWatch {
  /// By the monotonic clock, in nanoseconds.
  let deadline: Int64
  /// Whether the authorizer has refused anything: SQLite does not always say so in its code.
  var hasDenied = false

  /// Bytes that SQLite may have in the whole process.
  let memoryLimit: Int
  /// Whether it had more.
  var isOverMemory = false

  init(deadline: Int64, memoryLimit: Int) {
    self.deadline = deadline
    self.memoryLimit = memoryLimit
  }
}
