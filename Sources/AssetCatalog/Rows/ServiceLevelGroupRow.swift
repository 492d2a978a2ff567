/// How well the demands on some assets were kept, all their seconds added up.
package struct ServiceLevelGroupRow: Sendable {
  /// The owner, severity or rule that they share; `nil` for those without one.
  package let group: String?
  /// How many assets they are.
  package let assetCount: Int
  /// What was measured.
  package let figures: ServiceFigures
}
