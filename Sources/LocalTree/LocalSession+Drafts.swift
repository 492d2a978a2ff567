internal import LinuxSystem
internal import ManifestModel
internal import StoredTree

extension LocalSession {
  /// A draft lives for as long as a writer needs to put some files on the disk; after this it is certainly abandoned.
  static let draftLifeNanoseconds: Int64 = 3_600_000_000_000

  /// Removes drafts in an open asset folder whose writers are clearly dead: regular files of this user, older than an
  /// hour by the file system's own clock; and folders of runs whose removal was cut short.
  ///
  /// The process id in the name proves nothing, since containers may share a tree but not their ids.
  ///
  /// - Returns: whether some are left that a later look may find abandoned.
  package func removeAbandoned(_ drafts: [[UInt8]], in folder: Int32) -> Bool {
    guard let fileSystem = fileSystem as? any WritableFileSystem else { return false }
    var isAnyLeft = false
    for draft in drafts {
      guard let status = try? status(ofEntry: draft, in: folder), status.kind == .file || status.kind == .folder,
        status.owner == fileSystem.user
      else { continue }
      // Nothing moves the change time of a folder that was given its name long after it was made but that.
      let touched =
        status.kind == .file ? status.revision.modifiedNanoseconds : status.revision.changedNanoseconds
      let (edge, overflow) = touched.addingReportingOverflow(Self.draftLifeNanoseconds)
      if overflow || edge >= clock.nanoseconds {
        isAnyLeft = true
      } else if status.kind == .file {
        withPath(draft) { try? fileSystem.remove($0, in: folder) }
      } else {
        withPath(draft) { try? RunFolderRemoval.removeLeftover($0, in: folder, fileSystem) }
      }
    }
    return isAnyLeft
  }
}
