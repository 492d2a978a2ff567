internal import CatalogReconciler
internal import ManifestModel

/// What came of some keys that an event feed gave.
package struct KeyedReconcile: Sendable {
  /// What was done, all batches taken together.
  package private(set) var summary = ReconcileSummary(ReconcileReport())
  /// Keys of other things than files of the catalog.
  package fileprivate(set) var foreignCount = 0
  /// Lines that cannot be keys.
  package fileprivate(set) var badCount = 0

  package init() {}

  fileprivate init(_ report: ReconcileReport) {
    summary = ReconcileSummary(report)
  }

  package static func += (left: inout KeyedReconcile, right: KeyedReconcile) {
    let (one, other) = (left.summary, right.summary)
    left.summary = ReconcileSummary(
      added: one.added + other.added, changed: one.changed + other.changed, removed: one.removed + other.removed,
      unchanged: one.unchanged + other.unchanged, problems: other.problems, filesRead: one.filesRead + other.filesRead,
      seconds: one.seconds + other.seconds, planned: [])
    left.foreignCount += right.foreignCount
    left.badCount += right.badCount
  }
}

extension Catalog {
  /// Reads the files that an event feed says were written or removed, and brings what the index has of them up to date.
  ///
  /// Nothing is listed. The keys may come late, twice and in any order. What the feed leaves out is found by the next
  /// ``reconcile(full:wait:acceptRoot:)``, and as of then the index is true.
  ///
  /// - Parameters:
  ///   - keys: keys as the bucket has them, or URLs; for a folder, paths relative to the root, or absolute. Blank ones
  ///     are passed over.
  ///   - endWithNul: whether they may have any byte but NUL, such as ends of lines.
  ///   - wait: whether to wait for other processes.
  /// - Throws: As ``reconcile(full:wait:acceptRoot:)``.
  package func reconcile(
    keys: [[UInt8]], endWithNul: Bool = false, wait: Bool = true
  ) throws(CatalogError) -> KeyedReconcile {
    var hints: [TreeHint] = []
    var (foreign, bad) = (0, 0)
    for var key in keys {
      if !endWithNul, key.last == UInt8(ascii: "\r") { key.removeLast() }
      if key.allSatisfy({ $0 <= 0x20 }) { continue }
      switch hint(key) {
      case .file(let hint): hints.append(hint)
      case .foreign: foreign += 1
      case .bad: bad += 1
      }
    }
    let reconciler = try reconciler(reconcileOptions(waits: wait))
    let found = hints
    var result = KeyedReconcile(
      try CatalogError.wrappingAny { try found.isEmpty ? ReconcileReport() : reconciler.reconcile(hints: found) })
    (result.foreignCount, result.badCount) = (foreign, bad)
    return result
  }

  private enum KeyLine {
    case file(TreeHint)
    case foreign, bad
  }

  private func hint(_ key: [UInt8]) -> KeyLine {
    guard !key.contains(0), let text = String(validating: key, as: UTF8.self) else { return .bad }
    guard let path = tree.path(ofKey: text) else { return .bad }
    let folder = Array("\(layout.folder)/".utf8)
    guard path.starts(with: folder), let hint = TreeHint(path: path[folder.count...]) else { return .foreign }
    return .file(hint)
  }
}

extension TreeAccess {
  /// The path below the root of what a key or a path names, empty for what is elsewhere; `nil` for what names nothing.
  fileprivate func path(ofKey text: String) -> [UInt8]? {
    guard let remote else {
      if RemoteRoot.isAddress(text) { return [] }
      let isAbsolute = text.utf8.first == UInt8(ascii: "/")
      let path = isAbsolute ? ArtifactPath.relative(text, roots: roots) : ArtifactPath.relative(text)
      // One that is as long as before lies elsewhere.
      if isAbsolute, path.utf8.elementsEqual(ArtifactPath.relative(text).utf8) { return [] }
      return Array(path.utf8)
    }
    let (bucket, prefix) = remote.place
    guard RemoteRoot.isAddress(text) else {
      return text.utf8.starts(with: prefix) ? Array(text.utf8.dropFirst(prefix.count)) : []
    }
    let rest = text.utf8.dropFirst("s3://".utf8.count)
    guard let slash = rest.firstIndex(of: UInt8(ascii: "/")), slash != rest.startIndex,
      rest.index(after: slash) != rest.endIndex
    else { return nil }
    guard rest[..<slash].elementsEqual(bucket.utf8) else { return [] }
    let key = rest[rest.index(after: slash)...]
    return key.starts(with: prefix) ? Array(key.dropFirst(prefix.count)) : []
  }
}
