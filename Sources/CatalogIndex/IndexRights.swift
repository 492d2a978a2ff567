import LinuxSystem

#if canImport(Glibc)
  import Glibc
#endif

/// Makes the files of an index, each with the rights that it is to have.
///
/// - Who shares the tree shares the index: 0666 less the umask and, in a folder with set-group-id that its group may
///   write, with the rights of the group in any case.
/// - What root makes belongs to the owner of the folder.
/// - Nobody may read in the index what the metadata folder, or a folder or file that it is made from, does not let him
///   read.
/// - Only who may write the index may open its locks: whoever opens one can hold it and keep the others waiting.
enum IndexRights {
  enum Kind {
    case database, lock
    /// A database that is being filled, which concerns nobody yet.
    case scratch
  }

  /// Makes a file that is not there yet.
  static func makeFile(_ path: String, _ kind: Kind, of location: IndexLocation) throws(IndexError) {
    try IndexRights.openNew(path, kind, of: location).map { _ = close($0) }
  }

  /// Makes a file that is not there yet, and opens it for reading.
  ///
  /// - Returns: `nil` where there is one by now.
  @discardableResult
  static func openNew(_ path: String, _ kind: Kind, of location: IndexLocation) throws(IndexError) -> Int32? {
    // A list that the folder hands down needs the whole of the mode; else nobody may open it before its rights are set.
    let inherits = hasDefaultList(location.folder)
    let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
    let descriptor = Glibc.open(path, flags, inherits ? 0o666 : 0o600)
    guard descriptor >= 0 else {
      if errno == EEXIST { return nil }
      throw IndexError(errno: errno, path: path, action: "created")
    }
    settle(descriptor, kind, of: location, inherits: inherits)
    return descriptor
  }

  /// Gives a lock that an older program made for everybody the rights of one made today.
  static func narrow(_ lock: Int32, of location: IndexLocation) {
    guard let status = try? FileStatus.of(lock), status.mode & 0o007 != 0,
      status.owner == geteuid() || geteuid() == 0
    else { return }
    settle(lock, .lock, of: location, inherits: false)
  }

  /// Makes the folder of an index that lies in the tree.
  static func makeFolder(of location: IndexLocation) throws(IndexError) {
    try Files.makeFolder(location.folder)
    let parent = Glibc.open(location.metadata, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if parent >= 0 { close(parent) } }
    let folder = Glibc.open(location.folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard folder >= 0 else { return }
    defer { close(folder) }
    if parent >= 0 { FileRights.inherit(folder, from: parent) }
    guard let source = status(location.metadata), let made = FileRights.of(folder), made.accessList == nil else {
      return
    }
    let allowed = bound(source, group: made.group) | made.mode & 0o7700
    if made.mode & allowed != made.mode { _ = fchmod(folder, made.mode & allowed) }
  }

  /// Gives the log of a database what SQLite gives it only for root: the group of the database.
  static func align(companionsOf path: String) {
    guard let database = status(path, followingLinks: false) else { return }
    for ending in ["-wal", "-shm"] {
      guard let file = status(path + ending, followingLinks: false), file.owner == geteuid(),
        file.kind == .file
      else { continue }
      if file.group != database.group { _ = lchown(path + ending, uid_t.max, database.group) }
      // By path, since closing a descriptor of such a file would drop the locks of SQLite's connections.
      if file.mode & 0o777 != database.mode & 0o777 { _ = chmod(path + ending, database.mode & 0o777) }
    }
  }

  /// Gives a database that was filled in private, and that nobody has open, the rights of an index.
  static func open(up path: String, of location: IndexLocation, to readers: Readership) {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    settle(descriptor, .database, of: location, inherits: hasDefaultList(location.folder), for: readers)
  }

  /// Takes from the files of an index that is in use what others than `readers` can read or hold.
  ///
  /// - Returns: whether the database itself was among them.
  static func limit(_ database: String, of location: IndexLocation, to readers: Readership) -> Bool {
    guard !readers.isEverybody else { return false }
    var isChanged = false
    for path in [database, database + "-wal", database + "-shm", location.gatePath, location.lockPath] {
      guard let file = status(path, followingLinks: false), file.kind == .file else { continue }
      let mode = file.mode & 0o777
      let allowed = mode & readers.bits(ofFileOfGroup: file.group)
      // By path, since closing a descriptor of a database would drop the locks of SQLite's connections.
      if allowed != mode, chmod(path, allowed) == 0, path == database { isChanged = true }
    }
    return isChanged
  }

  // MARK: Rules

  private static func settle(
    _ descriptor: Int32, _ kind: Kind, of location: IndexLocation, inherits: Bool,
    for readers: Readership = Readership()
  ) {
    guard let folder = status(location.folder), var made = try? FileStatus.of(descriptor) else { return }
    let source = status(location.metadata)
    if geteuid() == 0, folder.owner != 0 {
      _ = fchown(descriptor, folder.owner, folder.group)
    } else if let source, !location.isInCache, source.group != made.group, source.mode & 0o020 != 0 {
      _ = fchown(descriptor, uid_t.max, source.group)
    }
    guard let settled = try? FileStatus.of(descriptor) else { return }
    made = settled
    var mode: mode_t = location.isInCache ? 0o600 : 0o666 & ~currentUmask()
    if inherits { mode = made.mode & 0o777 }
    if !location.isInCache, folder.mode & 0o2000 != 0, folder.mode & 0o020 != 0 { mode |= 0o060 }
    if let source { mode &= bound(source, group: made.group) | 0o700 }
    if kind == .lock {
      let writers = mode & 0o222
      mode = writers | writers << 1
    }
    mode &= readers.bits(ofFileOfGroup: made.group)
    // A list that was handed down is not undone.
    if kind == .scratch, !inherits { mode = 0 }
    mode |= 0o600
    if made.mode & 0o777 != mode { _ = fchmod(descriptor, mode) }
  }

  /// The bits of group and others that a file in the index may have at most: those of who may list and enter the
  /// folder.
  private static func bound(_ source: FileStatus, group: UInt32) -> mode_t {
    let others: mode_t = source.mode & 0o005 == 0o005 ? 0o007 : 0
    let members: mode_t = source.mode & 0o050 == 0o050 && source.group == group ? 0o070 : others << 3
    return members | others
  }

  private static func status(_ path: String, followingLinks: Bool = true) -> FileStatus? {
    try? FileStatus.of(path, followingLinks: followingLinks)
  }

  private static func hasDefaultList(_ folder: String) -> Bool { FileRights.hasDefaultList(folder) }

  /// The umask of the process. There is no call that only asks for it, and to set it would concern other threads.
  private static func currentUmask() -> mode_t { ProcessUmask.current }
}
