import CatalogReconciler

extension OrderedPipeline.Threads {
  /// For tests in which everything happens in one order.
  static let one = Self(few: 1, many: 1)
}
