#if canImport(Glibc)
  import Glibc
#endif

/// What does not belong into a metadata tree, and what makes change hard to see.
extension ScratchTree {
  /// A symbolic link; whatever is in the way goes.
  package func makeLink(_ path: TreePath, to target: String) throws {
    if status(path) != nil { try remove(path) }
    try makeFolder(path.parent)
    guard symlink(target, absolute(path)) == 0 else { throw ScratchTreeError("symlink \(path)") }
  }

  /// A FIFO, which whoever opens it for reading waits at; whatever is in the way goes.
  package func makePipe(_ path: TreePath) throws {
    if status(path) != nil { try remove(path) }
    try makeFolder(path.parent)
    guard mkfifo(absolute(path), 0o644) == 0 else { throw ScratchTreeError("mkfifo \(path)") }
  }

  /// A file of any size that takes no room; whatever is in the way goes.
  package func makeSparse(_ path: TreePath, bytes: Int) throws {
    if status(path) != nil { try remove(path) }
    try write([], to: path)
    guard truncate(absolute(path), bytes) == 0 else { throw ScratchTreeError("truncate \(path)") }
  }

  package func setMode(_ mode: UInt32, of path: TreePath) throws {
    guard chmod(absolute(path), mode) == 0 else { throw ScratchTreeError("chmod \(path)") }
  }

  /// Runs `body`, then gives a file the modification time back that it had before: only its change time tells.
  package func keepingTime(of path: TreePath, _ body: () throws -> Void) throws {
    let before = status(path)
    try body()
    guard let before else { return }
    let times = [before.st_atim, before.st_mtim]
    guard utimensat(AT_FDCWD, absolute(path), times, AT_SYMLINK_NOFOLLOW) == 0 else {
      throw ScratchTreeError("utimensat \(path)")
    }
  }

  /// Sets a file's modification time, in nanoseconds since 1970.
  package func setTime(_ nanoseconds: Int64, of path: TreePath) throws {
    let time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    guard utimensat(AT_FDCWD, absolute(path), [time, time], AT_SYMLINK_NOFOLLOW) == 0 else {
      throw ScratchTreeError("utimensat \(path)")
    }
  }

  /// Returns once the file system's clock stamps later than it stamped anything so far.
  ///
  /// Stamps may move only once per tick of the kernel, a few milliseconds; a test that says it looks at a settled tree
  /// must not change a file twice within one.
  package func awaitTick() throws {
    let probe: TreePath = ".tick"
    try write([0], to: probe)
    guard let first = status(probe)?.st_ctim else { throw ScratchTreeError("stat \(probe)") }
    while true {
      try write([0], to: probe)
      guard let next = status(probe)?.st_ctim else { throw ScratchTreeError("stat \(probe)") }
      if next.tv_sec != first.tv_sec || next.tv_nsec != first.tv_nsec { return }
    }
  }
}
