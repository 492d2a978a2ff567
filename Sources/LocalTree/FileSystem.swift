package import LinuxSystem

/// The system calls through which the tree is read, so that tests can count them and make them fail.
///
/// Paths are relative to an open folder and end with NUL. Nothing here follows a symbolic link.
package protocol FileSystem: Sendable {
  /// Opens a folder beneath `folder` for listing and for reaching what is in it.
  func openFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32
  /// Opens a file beneath `folder` for reading, without waiting for the other end of a FIFO.
  func openFile(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Int32
  /// What `path` is; the last component is not followed.
  func status(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> FileStatus
  func status(of descriptor: Int32) throws(SystemError) -> FileStatus
  /// Reads up to the size of `buffer`; 0 at the end.
  func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int
  /// Fills `buffer` with raw `linux_dirent64` records; 0 at the end.
  func list(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int
  func close(_ descriptor: Int32)
  /// The clock that stamps files in the folder at `path`, and how far behind it stamps may lie.
  func clock(near path: String, device: UInt64) -> FileSystemClock
  /// Waits for a writer to finish.
  func sleep(microseconds: UInt32)
}

extension FileSystem {
  /// What `path` is; `nil` where there is nothing.
  package func statusIfPresent(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> FileStatus? {
    do throws(SystemError) { return try status(path, in: folder) } catch {
      if error.isAbsence { return nil }
      throw error
    }
  }
}

/// The file system's own time when a scan began.
package struct FileSystemClock: Sendable {
  /// Nanoseconds since the epoch.
  package var nanoseconds: Int64
  /// A stamp this close to the clock proves nothing: a later write could bear the same one.
  package var slackNanoseconds: Int64

  package init(nanoseconds: Int64, slackNanoseconds: Int64) {
    self.nanoseconds = nanoseconds
    self.slackNanoseconds = slackNanoseconds
  }
}
