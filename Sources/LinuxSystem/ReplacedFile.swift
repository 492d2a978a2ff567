internal import Glibc
internal import Synchronization

/// A file that takes the place of another: whole or not at all, whenever the process ends.
///
/// The bytes go into a new file beside it, `.NAME.XXXXXX.tmp`, which is synced and takes the name. Rights are those of
/// the file that was there, else 0666 without the umask: whoever could read the old one can read the new one, which a
/// temporary file of mkstemp(3), 0600, would take from them. Each writer has a file of its own, so that of two at once
/// one wins.
package struct ReplacedFile: ~Copyable {
  /// Why a file could not be replaced.
  package enum Fault: Error, Equatable {
    /// A link, a folder or a device has the name; that is not ours to replace.
    case notAFile
    /// The system says so.
    case system(Int32)
  }

  /// Where to write.
  package let descriptor: Int32
  private let folder: Int32
  private let name: String
  private let draft: String

  /// Makes the new file.
  ///
  /// - Parameter path: The file to replace, which need not exist; its folder does.
  package init(_ path: String) throws(Fault) {
    let (folderPath, name) = Self.parts(of: path)
    guard !name.isEmpty, name != ".", name != ".." else { throw .notAFile }
    let folder = Glibc.open(folderPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw .system(errno) }
    var rights: FileRights?
    do throws(Fault) {
      try Self.requireFile(name, in: folder)
      rights = FileRights.ofFile(name, in: folder)
      // Nobody may open it before it has the rights of the old one.
      let (descriptor, draft) = try Self.makeDraft(of: name, in: folder, mode: rights == nil ? 0o666 : 0o600)
      (self.descriptor, self.draft, self.folder, self.name) = (descriptor, draft, folder, name)
    } catch {
      close(folder)
      throw error
    }
    if let rights {
      rights.give(to: descriptor)
    } else {
      FileRights.inherit(descriptor, from: folder)
    }
    // As long as this is held, nobody takes it for one that was left.
    flock(descriptor, LOCK_EX | LOCK_NB)
    removeLeftDrafts()
  }

  /// Removes what writers of the same file left that were killed: no signal handler runs then.
  ///
  /// What is younger than an hour by the clock of the file system is let be, since its writer may not have locked it
  /// yet.
  private func removeLeftDrafts() {
    var own = stat()
    guard fstat(descriptor, &own) == 0 else { return }
    let listed = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard listed >= 0 else { return }
    guard let stream = fdopendir(listed) else {
      close(listed)
      return
    }
    defer { closedir(stream) }
    let beginning = Array(draft.utf8.dropLast(Self.randomLetters + Self.ending.utf8.count))
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      guard name.count == draft.utf8.count, name.starts(with: beginning),
        name.suffix(Self.ending.utf8.count).elementsEqual(Self.ending.utf8)
      else { continue }
      let left = openat(
        folder, name.map { CChar(bitPattern: $0) } + [0], O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      guard left >= 0 else { continue }
      defer { close(left) }
      var status = stat()
      guard fstat(left, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == own.st_uid,
        status.st_ino != own.st_ino, own.st_mtim.tv_sec - status.st_mtim.tv_sec >= 3_600,
        flock(left, LOCK_EX | LOCK_NB) == 0
      else { continue }
      unlinkat(folder, name.map { CChar(bitPattern: $0) } + [0], 0)
    }
  }

  deinit {
    // What was published has no draft any more.
    unlinkat(folder, draft, 0)
    Self.unfinished.store(0, ordering: .releasing)
    close(descriptor)
    close(folder)
  }

  /// Writes all of the bytes.
  package func write(_ bytes: [UInt8]) throws(Fault) {
    var done = 0
    while done < bytes.count {
      let written = bytes[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written >= 0 { done += written } else if errno != EINTR { throw .system(errno) }
    }
  }

  /// Puts the new file on the disk and gives it the name.
  package consuming func publish() throws(Fault) {
    guard fsync(descriptor) == 0 else { throw .system(errno) }
    // A link or a folder may have come meanwhile; rename would replace the one and say of the other what it is.
    try Self.requireFile(name, in: folder)
    guard renameat(folder, draft, folder, name) == 0 else { throw .system(errno) }
    fsync(folder)
  }

  private static func parts(of path: String) -> (folder: String, name: String) {
    let bytes = Array(path.utf8)
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
    let folder = slash == 0 ? "/" : String(decoding: bytes[..<slash], as: UTF8.self)
    return (folder, String(decoding: bytes[(slash + 1)...], as: UTF8.self))
  }

  private static func requireFile(_ name: String, in folder: Int32) throws(Fault) {
    var status = stat()
    if fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
    } else if errno != ENOENT {
      throw .system(errno)
    }
  }

  private static let randomLetters = 6
  private static let ending = ".tmp"

  private static func makeDraft(
    of name: String, in folder: Int32, mode: mode_t
  ) throws(Fault) -> (descriptor: Int32, name: String) {
    // NAME_MAX is 255 bytes; a long name is told apart by its random part as well.
    let known = String(decoding: name.utf8.prefix(200), as: UTF8.self)
    let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
    var generator = SystemRandomNumberGenerator()
    while true {
      let random = String((0..<randomLetters).map { _ in letters.randomElement(using: &generator)! })
      let draft = ".\(known).\(random)\(ending)"
      // Before it is there, so that no moment is left in which a signal would leave it.
      announce(folder, draft)
      let descriptor = openat(folder, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
      if descriptor >= 0 { return (descriptor, draft) }
      let number = errno
      unfinished.store(0, ordering: .releasing)
      if number != EEXIST && number != EINTR { throw .system(number) }
    }
  }

  // MARK: Ending early

  private struct Unfinished {
    let folder: Int32
    let name: UnsafeMutablePointer<CChar>
  }

  /// The address of what a signal handler has to remove, 0 for nothing.
  private static let unfinished = Atomic<UInt>(0)

  private static func announce(_ folder: Int32, _ draft: String) {
    guard let name = strdup(draft) else { return }
    // Never freed: a handler may be at it.
    let record = UnsafeMutablePointer<Unfinished>.allocate(capacity: 1)
    record.initialize(to: Unfinished(folder: folder, name: name))
    unfinished.store(UInt(bitPattern: record), ordering: .releasing)
  }

  /// Removes the new file that has not taken its place yet, the last one that was made; safe inside a signal handler.
  package static func removeUnfinished() {
    guard let record = UnsafePointer<Unfinished>(bitPattern: unfinished.load(ordering: .acquiring)) else { return }
    unlinkat(record.pointee.folder, record.pointee.name, 0)
  }
}
