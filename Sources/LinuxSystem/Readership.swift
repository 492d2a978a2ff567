internal import Glibc
internal import Synchronization

/// Who may read all of several files and folders, beside their owners.
package struct Readership: Sendable, Equatable {
  private enum Kind: Equatable {
    case everybody
    case group(UInt32)
    case nobodyElse
  }

  private var kind = Kind.everybody

  /// Of no file yet: everybody.
  package init() {}

  package var isEverybody: Bool { kind == .everybody }

  /// Takes another file or folder into account. A folder is read by those who may list and enter it.
  ///
  /// - Returns: whether that takes anything from anybody.
  @discardableResult
  package mutating func meet(mode: UInt32, group: UInt32, isFolder: Bool) -> Bool {
    let wanted: UInt32 = isFolder ? 0o5 : 0o4
    let isForGroup = mode >> 3 & wanted == wanted
    let isForOthers = mode & wanted == wanted
    if isForGroup && isForOthers { return false }
    let former = kind
    switch kind {
    // What others may read and the group may not, only its owner certainly may.
    case _ where isForOthers || !isForGroup: kind = .nobodyElse
    case .everybody: kind = .group(group)
    case .group(let known): if known != group { kind = .nobodyElse }
    case .nobodyElse: break
    }
    return kind != former
  }

  /// Takes into account what another look has found.
  package mutating func meet(_ other: Readership) {
    switch (kind, other.kind) {
    case (_, .everybody), (.nobodyElse, _): break
    case (.everybody, _), (_, .nobodyElse): kind = other.kind
    case (.group(let one), .group(let two)): if one != two { kind = .nobodyElse }
    }
  }

  /// The bits that a file of a group may have for it to be read by none but those.
  package func bits(ofFileOfGroup group: UInt32) -> UInt32 {
    switch kind {
    case .everybody: 0o777
    case .group(group): 0o770
    case .group, .nobodyElse: 0o700
    }
  }
}

/// Who may read all that several threads have looked at.
package final class SharedReadership: Sendable {
  private let shared = Mutex(Readership())

  package init() {}

  package var value: Readership { shared.withLock { $0 } }

  package func meet(_ other: Readership) { shared.withLock { $0.meet(other) } }
}
