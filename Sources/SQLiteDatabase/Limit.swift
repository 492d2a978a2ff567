import CSQLite

/// Limits of one connection that SQL cannot raise.
package enum Limit: Sendable {
  case length, sqlLength, columnCount, expressionDepth, compoundSelect, programSteps, functionArguments
  case attached, likePatternLength, variableNumber, triggerDepth, workerThreads

  fileprivate var rawValue: Int32 {
    switch self {
    case .length: SQLITE_LIMIT_LENGTH
    case .sqlLength: SQLITE_LIMIT_SQL_LENGTH
    case .columnCount: SQLITE_LIMIT_COLUMN
    case .expressionDepth: SQLITE_LIMIT_EXPR_DEPTH
    case .compoundSelect: SQLITE_LIMIT_COMPOUND_SELECT
    case .programSteps: SQLITE_LIMIT_VDBE_OP
    case .functionArguments: SQLITE_LIMIT_FUNCTION_ARG
    case .attached: SQLITE_LIMIT_ATTACHED
    case .likePatternLength: SQLITE_LIMIT_LIKE_PATTERN_LENGTH
    case .variableNumber: SQLITE_LIMIT_VARIABLE_NUMBER
    case .triggerDepth: SQLITE_LIMIT_TRIGGER_DEPTH
    case .workerThreads: SQLITE_LIMIT_WORKER_THREADS
    }
  }
}

extension Connection {
  package borrowing func setLimit(_ limit: Limit, to value: Int32) { sqlite3_limit(handle, limit.rawValue, value) }
}
