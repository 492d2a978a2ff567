/// Which runs stay. A run goes only if neither keeps it.
package struct Retention: Sendable {
  /// How many of the newest runs of each asset stay.
  package var keepLast: Int?
  /// Runs that began no longer ago than this.
  package var keepWithin: Duration?

  /// A retention from its parts; at least one must be given.
  package init(keepLast: Int? = nil, keepWithin: Duration? = nil) {
    self.keepLast = keepLast
    self.keepWithin = keepWithin
  }
}
