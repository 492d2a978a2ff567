internal import CatalogIndex
internal import ManifestModel

/// Compares the problems that a look at the tree finds with those that the index has of the same place. Pure.
///
/// A file that was being written, on either side, proves nothing, and neither does what lies in a folder that cannot be
/// read now: to whom the index was made, it may have been open.
struct ProblemComparison {
  private struct Key: Hashable {
    let path: [UInt8]
    let kind: ProblemKind
  }

  fileprivate struct Value {
    let scope: [UInt8]
    let problem: IndexedProblem
  }

  private var onDisk: [Key: Value] = [:]
  private var inIndex: [Key: Value] = [:]

  init(disk: some Sequence<ProblemScope>, index: some Sequence<ProblemScope>) {
    onDisk = Self.table(disk)
    inIndex = Self.table(index)
  }

  private static func table(_ scopes: some Sequence<ProblemScope>) -> [Key: Value] {
    var table: [Key: Value] = [:]
    for scope in scopes {
      for problem in scope.problems {
        table[Key(path: problem.path, kind: problem.kind)] = Value(scope: scope.scope, problem: problem)
      }
    }
    return table
  }

  /// - Parameter reported: paths of differences that are known already: what is wrong with such a file follows.
  func differences(besides reported: Set<[UInt8]>) -> [Difference] {
    guard !onDisk.isEmpty || !inIndex.isEmpty else { return [] }
    let unsettled = Set((Array(onDisk.keys) + Array(inIndex.keys)).filter { $0.kind == .unsettled }.map(\.path))
    let unreadable = Set(onDisk.keys.filter { $0.kind == .unreadable }.map(\.path))
    var found: [Difference] = []
    let passedOver = unsettled.union(unreadable).union(reported)
    for key in Set(onDisk.keys).union(inIndex.keys) where !passedOver.contains(key.path) {
      let difference: (Difference.Kind, String)
      switch (onDisk[key], inIndex[key]) {
      case (_?, nil): difference = (.missing, "The index does not list what is wrong here.")
      case (nil, _?):
        if Self.isBeneath(key.path, unreadable) { continue }
        difference = (.extra, "The index lists something wrong here, and nothing is.")
      case (let found?, let indexed?):
        if found.isSame(as: indexed) { continue }
        difference = (.stale, "The index lists something else as wrong here.")
      case (nil, nil): continue
      }
      let asset = (onDisk[key] ?? inIndex[key])?.problem.asset
      found.append(
        Difference(path: TreeRows.displayPath(key.path), kind: difference.0, message: difference.1, asset: asset))
    }
    return found.sorted { $0.path.precedesInBytes($1.path) }
  }

  /// Whether a path is one of some, or lies in one of them.
  private static func isBeneath(_ path: [UInt8], _ folders: Set<[UInt8]>) -> Bool {
    guard !folders.isEmpty else { return false }
    var end = path.count
    while end > 0 {
      if folders.contains(Array(path[..<end])) { return true }
      end = path[..<end].lastIndex(of: UInt8(ascii: "/")) ?? 0
    }
    return false
  }
}

extension ProblemComparison.Value {
  fileprivate func isSame(as other: Self) -> Bool {
    scope == other.scope && problem.message.hasSameBytes(as: other.problem.message)
      && (problem.asset?.name).hasSameBytes(as: other.problem.asset?.name)
      && (problem.asset?.id).hasSameBytes(as: other.problem.asset?.id)
  }
}
