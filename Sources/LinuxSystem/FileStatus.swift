internal import Glibc

/// What a path is.
package enum FileKind: Sendable {
  case file
  case folder
  case symbolicLink
  /// A FIFO, socket or device.
  case special

  /// In words, for a sentence such as "is a symbolic link".
  package var description: String {
    switch self {
    case .file: "a file"
    case .folder: "a folder"
    case .symbolicLink: "a symbolic link"
    case .special: "a FIFO, socket or device"
    }
  }
}

/// What the file system says of a file: the part of `struct stat` that the catalog uses.
///
/// The file itself is not opened for it: to close a descriptor of a database that this process has open would drop the
/// locks of its connections.
package struct FileStatus: Equatable, Sendable {
  package var kind: FileKind
  package var device: UInt64
  package var inode: UInt64
  /// In bytes.
  package var size: Int64
  /// When the contents were last changed, in nanoseconds since 1970.
  package var modifiedNanoseconds: Int64
  /// When anything about the file was last changed, in nanoseconds since 1970.
  package var changedNanoseconds: Int64
  /// The user that owns it.
  package var owner: UInt32
  package var group: UInt32
  /// Who may read, write and execute it: the bits of chmod(2).
  package var mode: UInt32
  /// How many names it has; 0 once it is removed.
  package var linkCount: UInt64

  package init(
    kind: FileKind, device: UInt64, inode: UInt64, size: Int64, modifiedNanoseconds: Int64, changedNanoseconds: Int64,
    owner: UInt32 = 0, group: UInt32 = 0, mode: UInt32 = 0o777, linkCount: UInt64 = 1
  ) {
    self.kind = kind
    self.device = device
    self.inode = inode
    self.size = size
    self.modifiedNanoseconds = modifiedNanoseconds
    self.changedNanoseconds = changedNanoseconds
    self.owner = owner
    self.group = group
    self.mode = mode
    self.linkCount = linkCount
  }

  /// Stands for the folder that relative paths begin at.
  package static let currentFolder = AT_FDCWD

  init(_ status: stat) {
    let kind: FileKind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .symbolicLink
      default: .special
      }
    self.init(
      kind: kind, device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int64(status.st_size),
      modifiedNanoseconds: Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec),
      changedNanoseconds: Int64(status.st_ctim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_ctim.tv_nsec),
      owner: status.st_uid, group: status.st_gid, mode: status.st_mode & 0o7777, linkCount: UInt64(status.st_nlink))
  }

  /// Of an open file or folder.
  package static func of(_ descriptor: Int32) throws(SystemError) -> FileStatus {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .latest }
    return FileStatus(status)
  }

  /// Of what a path leads to.
  ///
  /// - Parameters:
  ///   - folder: the open folder that a relative path begins at; the current one where none is given.
  ///   - followingLinks: whether a symbolic link at the end of the path stands for what it leads to.
  package static func of(
    _ path: UnsafePointer<CChar>, in folder: Int32 = FileStatus.currentFolder, followingLinks: Bool
  ) throws(SystemError) -> FileStatus {
    var status = stat()
    guard fstatat(folder, path, &status, followingLinks ? 0 : AT_SYMLINK_NOFOLLOW) == 0 else { throw .latest }
    return FileStatus(status)
  }

  /// The same, or `nil` where there is nothing.
  package static func ifPresent(
    _ path: UnsafePointer<CChar>, in folder: Int32 = FileStatus.currentFolder, followingLinks: Bool
  ) throws(SystemError) -> FileStatus? {
    do throws(SystemError) { return try of(path, in: folder, followingLinks: followingLinks) } catch {
      if error.isAbsence { return nil }
      throw error
    }
  }

  /// Seconds since 1970, rounded down.
  package var modifiedSeconds: Int64 {
    let (quotient, remainder) = modifiedNanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return remainder < 0 ? quotient - 1 : quotient
  }

  package func isSameFile(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }
}
