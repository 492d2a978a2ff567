internal import Glibc

/// The name of a private database, with a lock beside it that says that its owner lives.
///
/// The lock and not the process id decides: processes in different containers may share a folder, but not their ids.
struct ScratchFile: ~Copyable {
  let path: String
  private let lockPath: String
  private let lock: FileLock

  init(in location: IndexLocation) throws(IndexError) {
    try location.makeFolder()
    Self.removeAbandoned(in: location, names: (try? Files.names(in: location.folder)) ?? [])
    while true {
      let name = Self.prefix(location) + UniqueName.make()
      let lockPath = Paths.join(location.folder, name + ".lock")
      let lock = try FileLock(path: lockPath, of: location)
      // Another process may take it for abandoned between its creation and now.
      guard try lock.tryLock(), lock.isInPlace() else { continue }
      self.path = Paths.join(location.folder, name + ".sqlite")
      self.lockPath = lockPath
      self.lock = lock
      return
    }
  }

  deinit {
    for ending in ["", "-journal", "-wal", "-shm"] { unlink(path + ending) }
    unlink(lockPath)
  }

  /// Removes what dead processes left; what cannot be removed stays for the next time.
  ///
  /// - Parameter names: those in the folder.
  static func removeAbandoned(in location: IndexLocation, names: [String]) {
    let prefix = prefix(location)
    for name in names where name.hasPrefix(prefix) && name.hasSuffix(".lock") {
      let path = Paths.join(location.folder, name)
      // Also one that another user may open alone.
      guard let lock = FileLock(existing: path), (try? lock.tryLock()) == true else { continue }
      let database = String(path.dropLast(".lock".count)) + ".sqlite"
      for ending in ["", "-journal", "-wal", "-shm"] { unlink(database + ending) }
      unlink(path)
    }
  }

  private static func prefix(_ location: IndexLocation) -> String { ".\(location.stem)-scratch-" }
}
