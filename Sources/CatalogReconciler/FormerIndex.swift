internal import CatalogIndex

/// The index as it was before a rebuild, opened when it is first needed, which mostly it never is.
final class FormerIndex {
  private let location: IndexLocation
  private var opened: KnownFolders.Reader??

  init(_ location: IndexLocation) {
    self.location = location
  }

  /// `nil` where there is none, or one that is damaged: it has nothing to tell.
  func reader() throws(IndexError) -> KnownFolders.Reader? {
    if let opened { return opened }
    let reader = try open()
    opened = .some(reader)
    return reader
  }

  private func open() throws(IndexError) -> KnownFolders.Reader? {
    do throws(IndexError) {
      return try KnownFolders.Reader(location)
    } catch {
      switch error.code {
      case .missing, .damaged: return nil
      case .outdated:
        // Opened for a reconcile, it is brought to the schema of this program.
        guard try IndexFile.openToReconcile(location, until: nil) != nil else { return nil }
        return try KnownFolders.Reader(location)
      default: throw error
      }
    }
  }
}
