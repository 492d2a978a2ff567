import CSQLite
import LinuxSystem

#if canImport(Glibc)
  import Glibc
#endif

extension Connection {
  /// Replaces the whole content of `destination` by the content of this database, in one transaction of the
  /// destination.
  ///
  /// Readers of the destination go on with the snapshot that they have. Nothing has changed there when it throws.
  ///
  /// - Parameter timeoutMilliseconds: how long locks of others are waited for.
  package borrowing func backup(
    into destination: borrowing Connection, timeoutMilliseconds: Int = 10_000
  ) throws(SQLiteError) {
    guard let backup = sqlite3_backup_init(destination.handle, "main", handle, "main") else {
      throw SQLiteError(connection: destination.handle, code: sqlite3_errcode(destination.handle))
    }
    let deadline = MonotonicClock.nanoseconds() &+ Int64(timeoutMilliseconds) * 1_000_000
    var code = sqlite3_backup_step(backup, -1)
    while code & 0xff == SQLITE_BUSY || code & 0xff == SQLITE_LOCKED, MonotonicClock.nanoseconds() < deadline {
      usleep(5_000)
      code = sqlite3_backup_step(backup, -1)
    }
    let finished = sqlite3_backup_finish(backup)
    guard code == SQLITE_DONE, finished == SQLITE_OK else {
      throw SQLiteError(connection: destination.handle, code: code == SQLITE_DONE ? finished : code)
    }
  }
}
