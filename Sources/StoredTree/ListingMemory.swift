/// What is known of a tree from its last whole listing, so that the next one can be made by several at once.
package struct ListingMemory: Hashable, Sendable {
  /// In what order a listing came.
  package enum Order: String, Sendable {
    /// Nobody knows: there was nothing in it that is in different places in different orders.
    case unknown
    /// In the order of the bytes of keys, where others would have had another one.
    case bytes
    /// In another one, or in none.
    case other
  }

  /// How many objects there were.
  package var objects: Int
  package var order: Order

  package init(objects: Int, order: Order) {
    self.objects = objects
    self.order = order
  }
}
