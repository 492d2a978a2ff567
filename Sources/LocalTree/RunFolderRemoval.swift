internal import Glibc
internal import LinuxSystem
internal import ManifestModel
internal import StoredTree

/// Removes the folders of runs, with nothing in them but the run's metadata and drafts of ours.
///
/// A folder first gets a name that no reader of the tree looks for, in one step, and that is put on the disk before
/// anything in it is removed: whoever is killed, or loses power, leaves the run whole or gone, never half of it. What
/// is left then lies there until a later reconcile clears it away.
struct RunFolderRemoval: RunRemoval {
  let fileSystem: any WritableFileSystem
  /// The asset's folder.
  let folder: Int32

  /// Takes a run out of sight. The folder is opened first, so that it is known what is in the folder that is renamed.
  func hide(_ run: String) throws(TreeFault) -> HidingOutcome {
    try TreeFault.telling { () throws(SystemError) in try hideFolder(of: run) }
  }

  private func hideFolder(of run: String) throws(SystemError) -> HidingOutcome {
    let path = PathBuffer()
    path.set(MetadataLayout.runPrefix, run)
    let runFolder: Int32
    do throws(SystemError) {
      runFolder = try fileSystem.openFolder(path.pointer, in: folder)
    } catch {
      if error.number == ENOENT { return .absent }
      throw error
    }
    defer { fileSystem.close(runFolder) }
    let others = try Self.entries(of: runFolder, fileSystem).filter { !$0.isOurs }
    if !others.isEmpty { return .holdsOthers(others.map(\.text)) }
    let name = DraftName.make()
    let tomb = PathBuffer()
    tomb.set("", name)
    try fileSystem.rename(path.pointer, in: folder, to: tomb.pointer, in: folder)
    // Only now can nobody add anything by the run's path. Whoever had the folder open may have done so just before.
    let late: [Entry]
    do throws(SystemError) {
      late = try Self.entries(of: runFolder, fileSystem).filter { !$0.isOurs }
    } catch {
      try? fileSystem.rename(tomb.pointer, in: folder, to: path.pointer, in: folder)
      throw error
    }
    if late.isEmpty { return .hidden(name) }
    try fileSystem.rename(tomb.pointer, in: folder, to: path.pointer, in: folder)
    return .holdsOthers(late.map(\.text))
  }

  func settle() throws(TreeFault) {
    try TreeFault.telling { () throws(SystemError) in try fileSystem.synchronizeFolder(folder) }
  }

  func restore(_ run: String, from name: String) {
    let path = PathBuffer()
    let tomb = PathBuffer()
    path.set(MetadataLayout.runPrefix, run)
    tomb.set("", name)
    try? fileSystem.rename(tomb.pointer, in: folder, to: path.pointer, in: folder)
  }

  func remove(_ name: String) throws(TreeFault) {
    let tomb = PathBuffer()
    tomb.set("", name)
    try TreeFault.telling { () throws(SystemError) in
      try Self.removeLeftover(tomb.pointer, in: folder, fileSystem)
    }
  }

  /// Removes what a removal left behind that was killed.
  static func removeLeftover(
    _ name: UnsafePointer<CChar>, in folder: Int32, _ fileSystem: any WritableFileSystem
  ) throws(SystemError) {
    let leftover = try fileSystem.openFolder(name, in: folder)
    defer { fileSystem.close(leftover) }
    let entries = try entries(of: leftover, fileSystem)
    guard entries.allSatisfy(\.isOurs) else { return }
    let path = PathBuffer()
    for entry in entries {
      path.set("")
      path.append(entry.name)
      do throws(SystemError) {
        try fileSystem.remove(path.pointer, in: leftover)
      } catch {
        if error.number != ENOENT { throw error }
      }
    }
    try fileSystem.removeFolder(name, in: folder)
  }

  /// What else than the run's own a run's folder holds.
  static func others(_ run: String, in folder: Int32, _ fileSystem: any FileSystem) throws(SystemError) -> [String] {
    let path = PathBuffer()
    path.set(MetadataLayout.runPrefix, run)
    let runFolder = try fileSystem.openFolder(path.pointer, in: folder)
    defer { fileSystem.close(runFolder) }
    return try entries(of: runFolder, fileSystem).filter { !$0.isOurs }.map(\.text)
  }

  private struct Entry {
    let name: [UInt8]
    let kind: FileKind?

    /// The run's metadata, or a draft.
    var isOurs: Bool {
      kind == .file
        && name.withUnsafeBytes { $0.elementsEqual(MetadataLayout.runMetadataFileName.utf8) || DraftName.matches($0) }
    }
    var text: String { String(decoding: name, as: UTF8.self) }
  }

  private static func entries(of folder: Int32, _ fileSystem: any FileSystem) throws(SystemError) -> [Entry] {
    let path = PathBuffer()
    path.set(".")
    // A descriptor of its own, since a listing moves on in the one it is made from.
    let copy = try fileSystem.openFolder(path.pointer, in: folder)
    defer { fileSystem.close(copy) }
    let records = UnsafeMutableRawBufferPointer.allocate(byteCount: 8 << 10, alignment: 8)
    defer { records.deallocate() }
    var entries: [Entry] = []
    while true {
      let count = try fileSystem.list(copy, into: records)
      guard count > 0 else { break }
      DirectoryEntries.forEach(in: UnsafeRawBufferPointer(rebasing: records[..<count])) { name, type in
        entries.append(Entry(name: [UInt8](name), kind: DirectoryEntries.kind(type)))
      }
    }
    for index in entries.indices where entries[index].kind == nil {
      path.set("")
      path.append(entries[index].name)
      entries[index] = Entry(
        name: entries[index].name, kind: (try? fileSystem.status(path.pointer, in: copy))?.kind ?? .special)
    }
    return entries
  }
}
