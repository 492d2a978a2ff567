/// A store of objects below one root: a bucket, or the part of it below a prefix.
///
/// All calls block, on any thread; as many may be under way as there are threads. Keys are bytes and relative to the
/// root. No call deletes anything.
package protocol ObjectStore: Sendable {
  /// What tells this root from all others: the store, the bucket and the prefix.
  var identity: String { get }

  /// Whether listings come in the order of the keys' bytes; `nil` where nobody knows.
  var ordersByBytes: Bool? { get }

  /// By how many seconds the store's clock was ahead of this host's when it last listed; `nil` where nobody knows.
  var secondsAhead: Int64? { get }

  /// Up to a thousand objects whose keys begin with a prefix.
  ///
  /// A page that is not whole is an error, never a shorter page.
  func list(_ prefix: [UInt8], from start: ListStart) throws(ObjectError) -> ObjectPage

  /// An object, or the first bytes of it where it is longer.
  ///
  /// - Parameter limit: the most bytes to read.
  /// - Returns: `nil` only if the store itself says that the bucket has no such object.
  func get(_ key: [UInt8], atMost limit: Int) throws(ObjectError) -> Object?

  /// A part of an object; shorter where the object ends before it.
  ///
  /// - Parameter version: the version that is asked for; ``ObjectError/Code/changed`` if it is another one.
  /// - Returns: `nil` only if the store itself says that the bucket has no such object.
  func get(_ key: [UInt8], _ range: ByteRange, of version: ObjectVersion?) throws(ObjectError) -> Object?

  /// What is known of an object without its bytes.
  ///
  /// - Returns: `nil` only if the store itself says that the bucket has no such object.
  func look(_ key: [UInt8]) throws(ObjectError) -> ObjectFacts?

  /// Writes a whole object, unless a condition is not met.
  ///
  /// An answer that got lost is settled by a look: if the object holds these very bytes, and bears the mark of this
  /// write where the store keeps marks, it was written. Where it keeps none, whoever takes part in a race must write
  /// bytes of their own.
  func put(_ key: [UInt8], _ bytes: [UInt8], if condition: PutCondition) throws(ObjectError) -> PutResult

  /// Whether the store honours conditions, found out by writing an object that is there once more, on condition that
  /// there is none. Some take the condition and write all the same.
  ///
  /// - Parameter bytes: what the object holds.
  func honoursConditions(rewriting key: [UInt8], _ bytes: [UInt8]) throws(ObjectError) -> Bool
}

extension ObjectStore {
  package var secondsAhead: Int64? { nil }
}

/// Where a listing goes on.
package enum ListStart: Hashable, Sendable {
  case beginning
  /// After a key, which need not exist. Not every store orders keys by their bytes: see ``ObjectStore/ordersByBytes``.
  case after([UInt8])
  /// After the page that gave this token.
  case token([UInt8])
}

/// Which bytes of an object.
package enum ByteRange: Hashable, Sendable {
  /// A number of bytes from an offset on.
  case from(Int64, count: Int)
  /// The last bytes.
  case last(Int)
}

/// When to write.
package enum PutCondition: Hashable, Sendable {
  case always
  /// If there is no such object.
  case absent
  /// If the object is still the one that was seen.
  case unchanged(ObjectVersion)
}

/// What became of a write.
package enum PutResult: Hashable, Sendable {
  case written(ObjectVersion)
  /// The condition is not met, so nothing was written: read again, and decide again.
  case conflict
}
