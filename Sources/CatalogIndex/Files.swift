import LinuxSystem

#if canImport(Glibc)
  import Glibc
#endif

/// Files, folders and links by path, with errors that speak of the index.
enum Files {
  /// What there is at a path.
  ///
  /// - Parameter followingLinks: whether a symbolic link stands for what it points to.
  /// - Returns: `nil` where there is nothing.
  static func status(_ path: String, followingLinks: Bool) throws(IndexError) -> FileStatus? {
    do throws(SystemError) {
      return try FileStatus.ifPresent(path, followingLinks: followingLinks)
    } catch {
      throw IndexError(errno: error.number, path: path, action: "examined")
    }
  }

  /// What a path is, seen as a link.
  enum Link {
    /// There is nothing, or something that is no link.
    case none
    case to(String)
    /// It leads to what could be no name of ours.
    case elsewhere
  }

  /// What a link says; `nil` where there is no link, or it says nothing that could be a name of ours.
  static func contents(of link: String) throws(IndexError) -> String? {
    if case .to(let text) = try self.link(link) { text } else { nil }
  }

  static func link(_ path: String) throws(IndexError) -> Link {
    let (link, code) = withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer -> (Link, Int32) in
      guard let start = buffer.baseAddress else { return (.none, 0) }
      let count = readlink(path, start.assumingMemoryBound(to: CChar.self), buffer.count)
      guard count >= 0 else { return (.none, errno) }
      guard count < buffer.count else { return (.elsewhere, 0) }
      return (String(validating: buffer.prefix(count), as: UTF8.self).map { .to($0) } ?? .elsewhere, 0)
    }
    // EINVAL: it is no link.
    if [0, EINVAL, ENOENT, ENOTDIR].contains(code) { return link }
    throw IndexError(errno: code, path: path, action: "read")
  }

  /// The names in a folder, in no order; names that are not UTF-8 are none of ours and left out.
  static func names(in folder: String) throws(IndexError) -> [String] {
    guard let stream = opendir(folder) else { throw IndexError(errno: errno, path: folder, action: "listed") }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else { break }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let name { names.append(name) }
    }
    guard errno == 0 else { throw IndexError(errno: errno, path: folder, action: "listed") }
    return names
  }

  static func rename(_ old: String, to new: String) throws(IndexError) {
    guard Glibc.rename(old, new) == 0 else { throw IndexError(errno: errno, path: old, action: "renamed") }
  }

  /// Makes `path` a link to `target` beside it, in one step, whatever is there now.
  static func link(_ target: String, at path: String, temporaryPath: String) throws(IndexError) {
    guard symlink(target, temporaryPath) == 0 else { throw IndexError(errno: errno, path: path, action: "linked") }
    do throws(IndexError) {
      try rename(temporaryPath, to: path)
    } catch {
      unlink(temporaryPath)
      throw error
    }
  }

  /// Removes a file; one that is not there is removed.
  static func remove(_ path: String) throws(IndexError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw IndexError(errno: errno, path: path, action: "removed") }
  }

  /// Puts a file's or a folder's contents on the disk. For a database only while no connection of this process has it.
  static func synchronize(_ path: String, isFolder: Bool) throws(IndexError) {
    // A folder may be reached by a link, as everything in it was.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | (isFolder ? O_DIRECTORY : O_NOFOLLOW))
    guard descriptor >= 0 else { throw IndexError(errno: errno, path: path, action: "opened") }
    defer { close(descriptor) }
    // Some file systems cannot synchronize a folder, and say so with EINVAL.
    guard fsync(descriptor) == 0 || (isFolder && errno == EINVAL) else {
      throw IndexError(errno: errno, path: path, action: "put on the disk")
    }
  }

  /// Makes one folder; that it is there already is fine.
  static func makeFolder(_ path: String, mode: mode_t = 0o777) throws(IndexError) {
    guard mkdir(path, mode) == 0 || errno == EEXIST else {
      throw IndexError(errno: errno, path: path, action: "created")
    }
  }

  /// Whether there is something, seen through links.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Whether nothing keeps the process from what it wants of a file: also where there is none.
  static func allows(_ wish: Int32, on path: String) -> Bool {
    faccessat(AT_FDCWD, path, wish, AT_EACCESS) == 0 || errno == ENOENT
  }

  /// Whether the process may add and remove names in a folder.
  static func isWritable(_ folder: String) -> Bool { faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 }
}
