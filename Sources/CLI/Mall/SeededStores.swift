/// What the built-in mall's stores sell.
enum SeededStores {
    struct Product: Hashable, Sendable {
        /// Unique within its store.
        var id: String
        var name: String
        var description: String
        /// Of a euro.
        var cents: Int64
        var stock: UInt32
        var sizeUnits: UInt32

        init(_ id: String, _ name: String, _ description: String, _ cents: Int64, stock: UInt32, size: UInt32) {
            self.id = id
            self.name = name
            self.description = description
            self.cents = cents
            self.stock = stock
            sizeUnits = size
        }
    }

    struct Store: Hashable, Sendable {
        var id: String
        var name: String
        var category: String
        var floor: Int32
        /// Off which node of the corridor, on which side.
        var corridor: Int
        var north: Bool
        var products: [Product]
    }

    static let all: [Store] = ground + upper

    private static let ground: [Store] = [
        Store(
            id: "bakery", name: "Crust & Crumb", category: "Bakery", floor: 0, corridor: 2, north: true,
            products: [
                Product("sourdough", "Sourdough loaf", "Rye and wheat, 750 g", 480, stock: 40, size: 2),
                Product("rolls", "Breakfast rolls", "Bag of six", 320, stock: 60, size: 1),
                Product("croissant", "Butter croissant", "Baked this morning", 210, stock: 80, size: 1),
                Product("rye", "Dark rye bread", "Sliced, 500 g", 340, stock: 30, size: 2),
                Product("cinnamon-bun", "Cinnamon bun", "With cardamom", 290, stock: 50, size: 1),
                Product("apple-cake", "Apple cake", "Whole, 24 cm", 1_450, stock: 8, size: 4),
            ]),
        Store(
            id: "greens", name: "Green Corner", category: "Fruit and vegetables", floor: 0, corridor: 2, north: false,
            products: [
                Product("apples", "Apples", "Net of 1 kg", 299, stock: 70, size: 2),
                Product("bananas", "Bananas", "1 kg", 199, stock: 90, size: 2),
                Product("tomatoes", "Vine tomatoes", "500 g", 259, stock: 60, size: 1),
                Product("potatoes", "Potatoes", "Sack of 2 kg", 349, stock: 45, size: 3),
                Product("lettuce", "Lettuce", "One head", 149, stock: 40, size: 1),
                Product("lemons", "Lemons", "Net of four", 189, stock: 55, size: 1),
                Product("herbs", "Pot of basil", "To grow on the sill", 229, stock: 25, size: 1),
            ]),
        Store(
            id: "deli", name: "Fine Cellar", category: "Delicatessen", floor: 0, corridor: 4, north: true,
            products: [
                Product("gouda", "Aged gouda", "Piece of 300 g", 690, stock: 35, size: 1),
                Product("ham", "Dry-cured ham", "Sliced, 120 g", 520, stock: 40, size: 1),
                Product("olives", "Green olives", "Jar of 250 g", 380, stock: 60, size: 1),
                Product("oil", "Olive oil", "Bottle of 0.5 l", 1_190, stock: 30, size: 2),
                Product("pesto", "Basil pesto", "Jar of 190 g", 420, stock: 45, size: 1),
                Product("pasta", "Fresh tagliatelle", "400 g", 390, stock: 38, size: 1),
                Product("honey", "Forest honey", "Jar of 500 g", 850, stock: 28, size: 1),
                Product("crackers", "Sesame crackers", "Box of 150 g", 275, stock: 50, size: 1),
            ]),
        Store(
            id: "pharmacy", name: "Well & Good", category: "Pharmacy", floor: 0, corridor: 4, north: false,
            products: [
                Product("plasters", "Plasters", "Box of 40", 395, stock: 80, size: 1),
                Product("sunscreen", "Sun cream SPF 50", "200 ml", 1_290, stock: 40, size: 1),
                Product("toothpaste", "Toothpaste", "Tube of 75 ml", 289, stock: 90, size: 1),
                Product("vitamin-c", "Vitamin C", "60 tablets", 749, stock: 55, size: 1),
                Product("thermometer", "Thermometer", "Digital", 990, stock: 20, size: 1),
                Product("soap", "Olive soap", "Bar of 100 g", 350, stock: 70, size: 1),
            ]),
        Store(
            id: "books", name: "The Reading Room", category: "Books", floor: 0, corridor: 6, north: true,
            products: [
                Product("atlas", "Pocket atlas", "Paperback, 320 pages", 1_690, stock: 18, size: 2),
                Product("crime", "Harbour in Fog", "Crime novel, paperback", 1_290, stock: 25, size: 1),
                Product("cookbook", "One Pot, Four Seasons", "Hardback", 2_890, stock: 12, size: 3),
                Product("robots", "Robots for Children", "Picture book", 1_490, stock: 22, size: 2),
                Product("notebook", "Ruled notebook", "A5, 160 pages", 690, stock: 60, size: 1),
                Product("calendar", "Wall calendar", "Next year's", 1_590, stock: 15, size: 2),
            ]),
        Store(
            id: "toys", name: "Spinning Top", category: "Toys", floor: 0, corridor: 6, north: false,
            products: [
                Product("blocks", "Building blocks", "Wood, 50 pieces", 2_490, stock: 16, size: 4),
                Product("puzzle", "Puzzle", "1000 pieces, a lighthouse", 1_599, stock: 24, size: 2),
                Product("kite", "Kite", "With 30 m of line", 1_899, stock: 14, size: 3),
                Product("cards", "Playing cards", "One pack", 450, stock: 70, size: 1),
                Product("yoyo", "Yo-yo", "Beech wood", 690, stock: 40, size: 1),
                Product("bear", "Teddy bear", "30 cm, brown", 1_990, stock: 18, size: 3),
                Product("chalk", "Street chalk", "20 colours", 590, stock: 35, size: 2),
            ]),
    ]

    private static let upper: [Store] = [
        Store(
            id: "electronics", name: "Volt", category: "Electronics", floor: 1, corridor: 2, north: true,
            products: [
                Product("cable", "USB-C cable", "2 m", 1_290, stock: 80, size: 1),
                Product("charger", "Charger 45 W", "Two ports", 2_990, stock: 35, size: 1),
                Product("headphones", "Headphones", "Over the ear", 7_990, stock: 15, size: 3),
                Product("bulb", "LED bulb", "E27, warm white", 590, stock: 90, size: 1),
                Product("batteries", "AA batteries", "Pack of eight", 749, stock: 75, size: 1),
                Product("torch", "Head torch", "300 lumen", 2_490, stock: 22, size: 1),
                Product("mouse", "Wireless mouse", "Three buttons", 2_190, stock: 26, size: 1),
                Product("speaker", "Small speaker", "Waterproof", 4_990, stock: 14, size: 2),
            ]),
        Store(
            id: "kitchen", name: "Pots & Pans", category: "Household", floor: 1, corridor: 2, north: false,
            products: [
                Product("pan", "Iron pan", "28 cm", 3_990, stock: 18, size: 4),
                Product("knife", "Kitchen knife", "18 cm blade", 2_990, stock: 20, size: 1),
                Product("mugs", "Mugs", "Set of four", 1_990, stock: 25, size: 3),
                Product("board", "Chopping board", "Beech, 35 cm", 1_790, stock: 22, size: 3),
                Product("whisk", "Whisk", "Steel", 790, stock: 45, size: 1),
                Product("jars", "Storage jars", "Set of three", 1_490, stock: 28, size: 3),
                Product("towels", "Tea towels", "Pack of three", 1_190, stock: 50, size: 1),
            ]),
        Store(
            id: "sports", name: "Second Wind", category: "Sports", floor: 1, corridor: 4, north: true,
            products: [
                Product("ball", "Football", "Size 5", 1_990, stock: 30, size: 4),
                Product("bottle", "Water bottle", "Steel, 0.75 l", 1_690, stock: 45, size: 1),
                Product("rope", "Skipping rope", "3 m", 890, stock: 40, size: 1),
                Product("mat", "Exercise mat", "180 by 60 cm", 2_490, stock: 18, size: 4),
                Product("socks", "Running socks", "Two pairs", 1_290, stock: 70, size: 1),
                Product("cap", "Cap", "One size", 1_590, stock: 35, size: 1),
            ]),
        Store(
            id: "fashion", name: "Thread & Needle", category: "Clothing", floor: 1, corridor: 4, north: false,
            products: [
                Product("shirt", "White T-shirt", "Cotton, medium", 1_490, stock: 60, size: 1),
                Product("scarf", "Wool scarf", "Grey", 2_990, stock: 25, size: 1),
                Product("gloves", "Knitted gloves", "Pair", 1_790, stock: 35, size: 1),
                Product("belt", "Leather belt", "95 cm", 3_490, stock: 20, size: 1),
                Product("umbrella", "Umbrella", "Folds small", 1_990, stock: 30, size: 2),
                Product("jumper", "Blue jumper", "Lambswool, medium", 5_990, stock: 15, size: 2),
                Product("hat", "Felt hat", "Black", 3_990, stock: 10, size: 3),
            ]),
        Store(
            id: "garden", name: "Seed & Soil", category: "Garden", floor: 1, corridor: 6, north: true,
            products: [
                Product("seeds", "Wildflower seeds", "Bag for 10 square metres", 490, stock: 80, size: 1),
                Product("pot", "Clay pot", "20 cm", 690, stock: 40, size: 4),
                Product("gloves", "Garden gloves", "Pair, large", 890, stock: 45, size: 1),
                Product("trowel", "Trowel", "Ash handle", 1_290, stock: 30, size: 1),
                Product("fern", "Fern", "In a 12 cm pot", 990, stock: 20, size: 4),
            ]),
        Store(
            id: "gifts", name: "Paper Boat", category: "Gifts and stationery", floor: 1, corridor: 6, north: false,
            products: [
                Product("card", "Greeting card", "With an envelope", 350, stock: 120, size: 1),
                Product("paper", "Wrapping paper", "Roll of 3 m", 490, stock: 60, size: 2),
                Product("candle", "Beeswax candle", "15 cm", 890, stock: 50, size: 1),
                Product("pens", "Fineliners", "Six colours", 990, stock: 55, size: 1),
                Product("ribbon", "Ribbon", "10 m, red", 290, stock: 70, size: 1),
                Product("frame", "Picture frame", "13 by 18 cm", 1_290, stock: 25, size: 2),
                Product("box", "Gift box", "Medium", 450, stock: 45, size: 3),
                Product("stamps", "Stamps", "Sheet of ten", 1_100, stock: 90, size: 1),
                Product("globe", "Snow globe", "A lighthouse", 1_690, stock: 12, size: 2),
            ]),
    ]
}
