internal import CLinux
internal import Glibc

/// Who may do what with a file: owner, group, mode and POSIX access control list.
///
/// Every file that the catalog makes or replaces gets its rights here, so that no writer takes a file away from those
/// who use it. mad_prefect overwrites in place, so that owner, group, mode and list stay; a file that is replaced by
/// renaming another over it has to be given them.
package struct FileRights: Sendable, Equatable {
  package var owner: UInt32
  package var group: UInt32
  /// Permission bits, with set-user-id, set-group-id and sticky. With an access control list, the group's bits are the
  /// mask of the list, and no rights of the group.
  package var mode: UInt32
  /// The list as the kernel stores it; `nil` where there is none.
  package var accessList: [UInt8]?

  package init(owner: UInt32, group: UInt32, mode: UInt32, accessList: [UInt8]? = nil) {
    self.owner = owner
    self.group = group
    self.mode = mode
    self.accessList = accessList
  }

  private init(_ status: stat, accessList: [UInt8]?) {
    self.init(
      owner: status.st_uid, group: status.st_gid, mode: status.st_mode & 0o7777, accessList: accessList)
  }

  // MARK: Reading

  /// Those of an open file.
  ///
  /// - Returns: `nil` if the system does not say.
  package static func of(_ descriptor: Int32) -> FileRights? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    let list = readList { catalog_get_attribute(descriptor, listName, $0.baseAddress, $0.count) }
    return FileRights(status, accessList: list)
  }

  /// Those of the regular file `path` in an open folder; a link is not followed, and the file need not be readable.
  ///
  /// - Returns: `nil` if there is no such file, or the system does not say.
  package static func ofFile(_ path: UnsafePointer<CChar>, in folder: Int32) -> FileRights? {
    var status = stat()
    guard fstatat(folder, path, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    // The list of a file that may not be opened is read by its path, which /proc gives for an open folder.
    let descriptor = openat(folder, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    let list = readList { buffer in
      if descriptor >= 0 { return catalog_get_attribute(descriptor, listName, buffer.baseAddress, buffer.count) }
      let whole = folder == AT_FDCWD ? String(cString: path) : "/proc/self/fd/\(folder)/\(String(cString: path))"
      return catalog_get_attribute_of(whole, listName, buffer.baseAddress, buffer.count)
    }
    return FileRights(status, accessList: list)
  }

  private static func readList(_ read: (UnsafeMutableRawBufferPointer) -> Int) -> [UInt8]? {
    withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 8) { buffer in
      let length = read(buffer)
      if length > 0 { return Array(buffer.prefix(length)) }
      guard length == -Int(ERANGE) else { return nil }
      // The kernel's bound on any attribute.
      return withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 8) { large in
        let length = read(large)
        return length > 0 ? Array(large.prefix(length)) : nil
      }
    }
  }

  private static let listName = "system.posix_acl_access"

  // MARK: Giving

  /// Gives these rights to an open file that is to take the place of the one that has them.
  ///
  /// What cannot be given is never made up for by more: where the group cannot be kept, the new group gets no more than
  /// everybody has. A list then names the owner and the group that it was of.
  ///
  /// - Returns: whether the file has the owner.
  @discardableResult
  package func give(to descriptor: Int32) -> Bool {
    guard var now = Self.of(descriptor) else { return false }
    if now.owner != owner || now.group != group {
      if fchown(descriptor, owner, group) != 0 { _ = fchown(descriptor, uid_t.max, group) }
      // The system may take bits away with a change of owner.
      now = Self.of(descriptor) ?? now
    }
    if let accessList {
      var list = accessList
      if now.owner != owner || now.group != group, let known = AccessList(accessList) {
        list = known.handedOver(from: now.owner == owner ? nil : owner, now.group == group ? nil : group).bytes
      }
      if now.accessList == list || catalog_set_attribute(descriptor, Self.listName, list, list.count) == 0 {
        return now.owner == owner
      }
      // Without the list, what it said of the group is not what the mode says.
      if now.accessList != nil { _ = catalog_remove_attribute(descriptor, Self.listName) }
      _ = fchmod(descriptor, mode & 0o707)
      return now.owner == owner
    }
    if now.accessList != nil { _ = catalog_remove_attribute(descriptor, Self.listName) }
    let wanted = now.group == group ? mode : mode & ~0o070 | (mode & 0o007) << 3 & mode
    if now.mode != wanted || now.accessList != nil { _ = fchmod(descriptor, wanted) }
    return now.owner == owner
  }
}

extension FileRights {
  /// Whether a folder hands an access control list down to what is made in it.
  package static func hasDefaultList(_ folder: String) -> Bool {
    catalog_get_attribute_of(folder, "system.posix_acl_default", nil, 0) > 0
  }
}

/// The bits that files do not get when they are made.
package enum ProcessUmask {
  /// As /proc tells it: there is no call that only asks, and to set it would concern other threads. Where /proc does
  /// not tell, the usual one.
  package static var current: UInt32 {
    let descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return 0o022 }
    defer { close(descriptor) }
    let text = withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 1) { buffer in
      String(decoding: buffer.prefix(max(0, read(descriptor, buffer.baseAddress, buffer.count))), as: UTF8.self)
    }
    // "Umask:\t0022" stands in the second line (proc_pid_status(5)).
    for line in text.split(separator: "\n") where line.hasPrefix("Umask:") {
      return UInt32(line.dropFirst("Umask:".count).filter { !$0.isWhitespace }, radix: 8) ?? 0o022
    }
    return 0o022
  }
}
