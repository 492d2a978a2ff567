internal import Glibc

/// The rights of what is made where nothing was: those that the folder gives its other files.
extension FileRights {
  /// Gives a new file or folder the rights that its folder asks for, beyond what the system did when it was made.
  ///
  /// - A folder with set-group-id that its group may write is shared by the group, whatever the umask of one member is.
  /// - What root makes in the folder of another user belongs to that user and group, with the rights of the folder.
  /// - An access control list that the folder hands down is right as it is.
  ///
  /// - Parameters:
  ///   - descriptor: the new file or folder, open.
  ///   - folder: the one that it lies in, open.
  package static func inherit(_ descriptor: Int32, from folder: Int32) {
    var new = stat()
    guard let (parent, isShared, isForAnother) = wishes(of: folder), fstat(descriptor, &new) == 0 else { return }
    let isGiven = isForAnother && fchown(descriptor, parent.st_uid, parent.st_gid) == 0
    if of(descriptor)?.accessList != nil { return }
    let isFolder = new.st_mode & S_IFMT == S_IFDIR
    let possible: mode_t = isFolder ? 0o777 : 0o666
    let special = isFolder ? (new.st_mode | parent.st_mode) & S_ISGID : 0
    var wanted = new.st_mode & 0o777
    if isShared { wanted |= parent.st_mode & 0o070 & possible }
    // Everybody may add to such a folder; that is no reason to let everybody write what is in it.
    if isGiven { wanted = parent.st_mode & possible & ~0o002 }
    if wanted | special != new.st_mode & 0o7777 { _ = fchmod(descriptor, wanted | special) }
  }

  /// Whether an open folder asks for anything beyond what the system does: if not, ``inherit(_:from:)`` has nothing to
  /// do for what is made in it.
  package static func handsDownRights(_ folder: Int32) -> Bool { wishes(of: folder) != nil }

  private static func wishes(of folder: Int32) -> (folder: stat, isShared: Bool, isForAnother: Bool)? {
    var parent = stat()
    guard fstat(folder, &parent) == 0 else { return nil }
    let isShared = parent.st_mode & S_ISGID != 0 && parent.st_mode & 0o020 != 0
    let isForAnother = geteuid() == 0 && parent.st_uid != 0
    return isShared || isForAnother ? (parent, isShared, isForAnother) : nil
  }
}
