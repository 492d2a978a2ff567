internal import Glibc
internal import LinuxSystem
internal import ManifestModel
package import StoredTree

/// What one folder of the tree holds, as far as it matters at that level.
package struct FolderListing: Sendable {
  /// The folders whose names begin with the level's prefix, without it, in the order of their bytes.
  package var members = NameList()
  /// Entries that cannot be members though they look like one, and whatever must not be followed or opened.
  package var oddities: [TreeOddity] = []
  /// Files that a writer has not finished, or never will.
  package var drafts: [[UInt8]] = []
}

extension FolderListing {
  /// Takes in a folder whose name begins as those of members do.
  mutating func add(member name: UnsafeRawBufferPointer, _ prefix: StaticString) {
    let rest = UnsafeRawBufferPointer(rebasing: name[prefix.utf8CodeUnitCount...])
    guard !members.append(rest) else { return }
    oddities.append(
      TreeOddity(
        name: [UInt8](name), kind: .invalidName,
        message: rest.isEmpty ? "The name is empty." : "The name is not UTF-8."))
  }

  /// Takes in an entry whose name is not that of a member.
  ///
  /// - Parameter kind: `nil` where the listing does not tell.
  mutating func add(stray name: UnsafeRawBufferPointer, kind: FileKind?) {
    if DraftName.matches(name) { drafts.append([UInt8](name)) }
    // Strays are no concern of the catalog, unless following or opening them would be.
    if let kind, kind == .symbolicLink || kind == .special { oddities.append(.notAFile([UInt8](name), kind)) }
  }
}

extension TreeOddity {
  static func notAFile(_ name: [UInt8], _ kind: FileKind) -> Self {
    let place =
      kind == .file ? "This is a file, where a folder should be." : "This is \(kind.description); it is left alone."
    return Self(name: name, kind: .notAFile, message: place)
  }
}

extension UnsafeRawBufferPointer {
  func starts(with prefix: StaticString) -> Bool {
    count >= prefix.utf8CodeUnitCount
      && memcmp(baseAddress!, prefix.utf8Start, prefix.utf8CodeUnitCount) == 0
  }
}
