/// A moment, to the microsecond, in UTC.
///
/// Python's `datetime` has this resolution, and so have the manifests that mad_prefect writes: nothing is lost on the
/// way into the index and back. The range is that of Python: the years 1 to 9999.
public struct Timestamp: Hashable, Comparable, Sendable, BitwiseCopyable {
  /// Microseconds since 1970-01-01T00:00:00Z; negative before it.
  public let microseconds: Int64

  /// A moment from microseconds since 1970-01-01T00:00:00Z.
  public init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  /// A moment from a POSIX time; nanoseconds below a microsecond are cut off.
  ///
  /// `nil` outside the years 1 to 9999, or where the nanoseconds do not lie in a second.
  package init?(seconds: Int64, nanoseconds: Int64 = 0) {
    guard (Self.earliest.microseconds / 1_000_000...Self.latest.microseconds / 1_000_000).contains(seconds),
      (0..<1_000_000_000).contains(nanoseconds)
    else { return nil }
    self.init(microseconds: seconds * 1_000_000 + nanoseconds / 1_000)
  }

  /// The earliest moment that a manifest can hold: 0001-01-01T00:00:00Z.
  package static let earliest = Timestamp(microseconds: -62_135_596_800_000_000)
  /// The latest moment that a manifest can hold: 9999-12-31T23:59:59.999999Z.
  package static let latest = Timestamp(microseconds: 253_402_300_799_999_999)

  /// Seconds since 1970-01-01T00:00:00Z, as near as a `Double` comes.
  public var seconds: Double { Double(microseconds) / 1_000_000 }

  /// Orders by time, earliest first.
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }
}
