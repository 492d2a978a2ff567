internal import StoredTree

/// The reader of a session that the publications of a batch share: what patience it has is for all of them.
final class SharedReader {
  private let isShared: Bool
  private let root: String
  private var last: TreeReader?

  init(isShared: Bool, root: String) {
    self.isShared = isShared
    self.root = root
  }

  func reader(of session: any TreeSession) -> TreeReader {
    guard isShared else { return TreeReader(session, root: root) }
    if let last, last.session === session { return last }
    let reader = TreeReader(session, root: root)
    last = reader
    return reader
  }
}
