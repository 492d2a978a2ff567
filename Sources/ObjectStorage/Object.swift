package import ManifestModel

/// What tells one content of a key from another: equality is all that can be asked of it.
///
/// It is the ETag without quotation marks. It may look like an MD5; it need not be one.
package struct ObjectVersion: Hashable, Sendable {
  package var bytes: [UInt8]

  package init(bytes: [UInt8]) {
    self.bytes = bytes
  }
}

/// An object without its bytes.
package struct ObjectFacts: Hashable, Sendable {
  package var key: [UInt8]
  package var version: ObjectVersion
  /// Bytes.
  package var size: Int64
  /// In whole seconds: listings say more, but the header of an object does not, and the two are compared.
  package var modified: Timestamp

  package init(key: [UInt8], version: ObjectVersion, size: Int64, modified: Timestamp) {
    self.key = key
    self.version = version
    self.size = size
    self.modified = modified
  }
}

/// An object, or a part of one. Bytes and facts are of one answer, so they belong together.
package struct Object: Hashable, Sendable {
  package var facts: ObjectFacts
  package var bytes: [UInt8]

  package init(facts: ObjectFacts, bytes: [UInt8]) {
    self.facts = facts
    self.bytes = bytes
  }

  /// Whether the bytes are all that there are.
  package var isWhole: Bool { facts.size == Int64(bytes.count) }
}

/// Some objects of a listing.
package struct ObjectPage: Hashable, Sendable {
  package var objects: [ObjectFacts]
  /// The token of the next page; `nil` if this is the last.
  package var next: [UInt8]?

  package init(objects: [ObjectFacts], next: [UInt8]?) {
    self.objects = objects
    self.next = next
  }
}
