/// A moment, to the microsecond, in UTC.
///
/// Python's `datetime` has this resolution, and so have the manifests that mad_prefect writes: nothing is lost on the way
/// into the index and back. The range is that of Python: the years 1 to 9999.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Microseconds since 1970-01-01T00:00:00Z; negative before it.
  public let microseconds: Int64

  /// A moment from microseconds since 1970-01-01T00:00:00Z.
  public init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }
}
