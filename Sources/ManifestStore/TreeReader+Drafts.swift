internal import ManifestModel

extension TreeReader {
  /// A draft lives for as long as a writer needs to put some files on the disk; after this it is certainly abandoned.
  static let draftLifeNanoseconds: Int64 = 3_600_000_000_000

  /// Removes drafts in an open asset folder whose writers are clearly dead: regular files of this user, older than an hour
  /// by the file system's own clock.
  ///
  /// The process id in the name proves nothing, since containers may share a tree but not their ids.
  ///
  /// - Returns: whether some are left that a later look may find abandoned.
  package func removeAbandoned(_ drafts: [[UInt8]], in folder: Int32) -> Bool {
    guard let fileSystem = tree.fileSystem as? any WritableFileSystem else { return false }
    var isAnyLeft = false
    for draft in drafts {
      guard let status = try? status(ofEntry: draft, in: folder), status.kind == .file,
        status.owner == fileSystem.user
      else { continue }
      let (edge, overflow) = status.fingerprint.modifiedNanoseconds.addingReportingOverflow(Self.draftLifeNanoseconds)
      if overflow || edge >= clock.nanoseconds {
        isAnyLeft = true
      } else {
        withPath(draft) { try? fileSystem.remove($0, in: folder) }
      }
    }
    return isAnyLeft
  }
}
