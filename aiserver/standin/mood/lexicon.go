package mood

// entry is something a picture can show, with the ideas of the thesaurus that ask
// for it. light, warm and vivid are -1..1 (see Mood); hue is an OKLab angle in degrees, 0
// for none.
type entry struct {
	word               string // its English mood word, "" for none
	ideas              string
	words              string // more words, as thesaurus.Find takes them
	place              Look   // the place it names; "" for none
	season             Season // the season it names, or the only one it is in; "" for none
	hour               Hour   // the hour it names; "" for none
	rain               bool
	fits               []fit // looks it goes with, when no place is named
	light, warm, vivid float64
	hue                float64
}

// fit says how well a look shows an entry.
type fit struct {
	look   Look
	weight float64
}

var lexicon = [...]entry{
	// Hours and light.
	{
		word: "night", ideas: "night street, night, night sea, night view, nightlife, starlight", hour: Night,
		fits: []fit{{Living, 0.4}}, light: -0.9, warm: -0.2, vivid: 0.2,
	},
	{word: "dawn", ideas: "dawn", hour: Dawn, fits: []fit{{Window, 0.4}}, light: -0.3, warm: -0.4},
	{word: "morning", ideas: "morning, breakfast", hour: Day, fits: []fit{{Window, 0.5}}, light: 0.6, warm: 0.5},
	{word: "daytime", ideas: "noon, afternoon", hour: Day, fits: []fit{{Window, 0.3}}, light: 0.5, warm: 0.3},
	{word: "sunny", ideas: "sunlight", hour: Day, fits: []fit{{Window, 0.7}}, light: 0.7, warm: 0.6},
	{word: "evening", ideas: "evening", hour: Evening, fits: []fit{{Living, 0.5}}, light: -0.3, warm: 0.5},
	{
		word: "sunset", ideas: "sunset", hour: Evening,
		fits: []fit{{Field, 0.4}, {Sea, 0.3}}, light: -0.1, warm: 0.9, vivid: 0.5, hue: 55,
	},
	{word: "bright", ideas: "light, bright, radiant", fits: []fit{{Pastel, 0.3}, {Window, 0.3}}, light: 0.8},
	{word: "dark", ideas: "dark", fits: []fit{{Marble, 0.3}}, light: -0.9},
	{word: "moonlit", ideas: "moonlight, full moon", hour: Night, fits: []fit{{Hanji, 0.7}}, light: -0.4},
	{word: "lamplit", ideas: "lamplight, after work", hour: Evening, fits: []fit{{Living, 0.6}}, light: -0.3,
		warm: 0.7},
	{word: "candlelit", ideas: "candlelight, fireplace", hour: Evening, fits: []fit{{Living, 0.6}}, light: -0.4,
		warm: 0.9},

	// The city, and what is new.
	{word: "urban", ideas: "city, commute, street, street style, alley, building, rooftop", place: City, light: -0.1,
		warm: -0.2},
	{word: "urban", ideas: "night street, night view, nightlife, city lights", place: Neon, hour: Night, light: -0.4,
		warm: -0.2},
	{
		word: "neon", ideas: "neon, cyberpunk, club", place: Neon, hour: Night,
		light: -0.8, warm: -0.2, vivid: 0.9, hue: 330,
	},
	{
		word: "futuristic", ideas: "future, technology, universe, space, galaxy",
		fits: []fit{{Neon, 0.6}, {Podium, 0.4}}, light: -0.5, warm: -0.6, vivid: 0.3, hue: 250,
	},
	{word: "rainy", ideas: "rainy day, rain, raindrop", rain: true, fits: []fit{{Living, 0.6}}, light: -0.3, warm: -0.5,
		vivid: -0.2},

	// Sport.
	{word: "sporty", ideas: "sports hall, gym", place: Gym, vivid: 0.5},
	{word: "sporty", ideas: "sports field", hour: Day, fits: []fit{{Field, 0.9}}, vivid: 0.5},
	{word: "sporty", ideas: "sport, vigour, track", fits: []fit{{Gym, 0.9}}, vivid: 0.6},
	{word: "energetic", ideas: "dynamic, energy, power, powerful, passion, speed", fits: []fit{{Gym, 0.4}, {Podium,
		0.5}}, vivid: 0.7},

	// Woods, fields and water.
	{
		word: "forest", ideas: "forest, grove, among trees, thicket, deep in the hills, hiking, woodland",
		place: Forest, light: -0.1, vivid: 0.2, hue: 140,
	},
	{word: "natural", ideas: "nature, unaffected, zero waste", fits: []fit{{Forest, 0.5}, {Field, 0.3}, {Window, 0.1}},
		light: 0.2, hue: 135},
	{word: "green", ideas: "garden, terrace, moss, blade of grass", place: Forest, light: 0.1, vivid: 0.3, hue: 142},
	{
		word: "green", ideas: "green, greenery, green dye, plant, leaf",
		fits: []fit{{Forest, 0.7}}, light: 0.1, vivid: 0.3, hue: 142,
	},
	{
		word: "rural", ideas: "field, grass, meadow, farm, orchard, countryside, harvest, mountain", place: Field,
		light: 0.3, warm: 0.2, hue: 120,
	},
	{word: "fresh", ideas: "fresh, crisp, refreshing, spruce", fits: []fit{{Window, 0.3}, {Podium, 0.3}}, light: 0.6,
		warm: -0.3, vivid: 0.4},
	{word: "tea", ideas: "tea", fits: []fit{{Hanji, 0.5}, {Forest, 0.3}}, hue: 130},
	{word: "riverside", ideas: "river, lake, valley", place: River, light: 0.3, warm: -0.4, hue: 220},
	{word: "misty", ideas: "mist, dew", fits: []fit{{River, 0.7}}, hour: Dawn, light: 0.3, warm: -0.3, vivid: -0.3},
	{word: "camping", ideas: "camping, car camping, tent, campfire", place: Camp, light: -0.2, warm: 0.4},
	{word: "journey", ideas: "travel, departure", fits: []fit{{Field, 0.5}, {Sea, 0.3}}, light: 0.3},
	{word: "picnic", ideas: "picnic", fits: []fit{{Field, 0.8}, {Blossom, 0.5}}, light: 0.6, warm: 0.3},

	// The sea and summer.
	{
		word: "sea", ideas: "sea, night sea, coast, shoreline, beach, wave, bathing, seashell, loose sand", place: Sea,
		light: 0.5, warm: -0.3, vivid: 0.4, hue: 225,
	},
	{word: "island", ideas: "Jeju", fits: []fit{{Sea, 0.6}, {Field, 0.5}}, light: 0.5, hue: 225},
	{word: "summer", ideas: "summer, heat", season: Summer, fits: []fit{{Sea, 0.7}}, light: 0.7, warm: 0.1, vivid: 0.6,
		hue: 225},
	{word: "holiday", ideas: "vacation, tropics, pool, swimming", fits: []fit{{Sea, 0.9}}, light: 0.7, warm: 0.1,
		vivid: 0.5, hue: 225},
	{
		word: "cool", ideas: "cool, cold, ice, icy, frozen, iced, ice cube, icebox, glacier",
		fits: []fit{{Sea, 0.35}, {Podium, 0.5}}, light: 0.3, warm: -0.9, hue: 230,
	},
	{
		word: "watery", ideas: "water, moisture, water drop, droplet",
		fits: []fit{{Podium, 0.4}, {Silk, 0.4}}, light: 0.5, warm: -0.5, hue: 225,
	},

	// Winter, spring and autumn.
	{word: "winter", ideas: "winter", season: Winter, fits: []fit{{Snow, 1.1}}, light: 0.1, warm: -0.2, hue: 250},
	{word: "snowy", ideas: "snow, white snow, snowflake", season: Winter, fits: []fit{{Snow, 1.2}}, light: 0.3,
		warm: -0.3},
	{
		word: "christmas", ideas: "Christmas, Christmas tree", season: Winter,
		fits: []fit{{Snow, 1.2}}, light: -0.1, warm: 0.6, vivid: 0.4, hue: 25,
	},
	{word: "celebrating", ideas: "year's end, party, celebration, fireworks, balloon", hour: Evening,
		fits: []fit{{Festival, 0.8}}, warm: 0.5, vivid: 0.4},
	{word: "cozy", ideas: "warm, cosy, kindly, blanket", fits: []fit{{Living, 0.6}, {Cafe, 0.45}, {Window, 0.3}},
		light: 0.1, warm: 0.9},
	{
		word: "spring", ideas: "spring, spring flower, sprout", season: Spring,
		fits: []fit{{Blossom, 1.1}}, light: 0.7, warm: 0.3, vivid: 0.2, hue: 0.01,
	},
	{
		word: "blossom", ideas: "cherry blossom", season: Spring, place: Blossom,
		light: 0.6, warm: 0.3, vivid: 0.3, hue: 0.01,
	},
	{
		word: "flowery", ideas: "flower, blossom, bloom, cherry, petal, tulip, rose",
		fits: []fit{{Blossom, 0.9}}, light: 0.6, warm: 0.3, vivid: 0.3, hue: 0.01,
	},
	{
		word: "autumn", ideas: "autumn, fallen leaves, reed", season: Fall,
		fits: []fit{{Autumn, 1.2}}, light: 0.0, warm: 0.9, vivid: 0.4, hue: 60,
	},

	// Luxury and beauty.
	{word: "luxurious", ideas: "luxury, hotel, lounge, champagne", fits: []fit{{Marble, 0.9}}, light: -0.4, warm: 0.2,
		vivid: -0.1},
	{word: "elegant", ideas: "elegant, refined", fits: []fit{{Marble, 0.6}, {Silk, 0.5}}, light: 0, vivid: -0.3},
	{word: "marble", ideas: "marbled, marble", fits: []fit{{Marble, 1.3}}},
	{word: "golden", ideas: "gold, brass, golden", fits: []fit{{Marble, 0.5}, {Hanji, 0.2}}, warm: 0.8, hue: 85},
	{
		word: "silky", ideas: "smooth, silk, satin, velvet, fabric",
		fits: []fit{{Silk, 0.8}}, light: 0.3, vivid: -0.2,
	},
	{word: "soft", ideas: "soft, linen", fits: []fit{{Silk, 0.4}, {Window, 0.3}}, light: 0.3, vivid: -0.3},
	{
		word: "romantic", ideas: "love, couple, bride, flutter, lovable, lovely, heart",
		fits: []fit{{Silk, 0.6}, {Blossom, 0.3}}, light: 0.3, warm: 0.5, hue: 5,
	},
	{word: "glowing", ideas: "shine, sparkle", fits: []fit{{Silk, 0.3}, {Marble, 0.2}}, light: 0.4},
	{word: "grooming", ideas: "dressing table", place: Vanity, light: 0.4, warm: 0.3},
	{word: "clean", ideas: "bathroom", fits: []fit{{Vanity, 0.7}}, light: 0.6},

	// Korean tradition.
	{
		word: "traditional", ideas: "tradition, heritage, hanok, hanji",
		fits: []fit{{Hanji, 1.2}}, light: 0, warm: 0.5, vivid: 0.2, hue: 30,
	},
	{
		word: "festive", ideas: "holidays, lunar feast, auspicious",
		fits: []fit{{Hanji, 1.2}}, light: 0.1, warm: 0.6, vivid: 0.5, hue: 30,
	},
	{
		word: "gift", ideas: "gift, gift set, day of thanks, present, ribbon, parents",
		fits: []fit{{Silk, 0.2}, {Podium, 0.3}}, warm: 0.3,
	},
	{word: "lanterns", ideas: "lantern", place: Festival, hour: Night, warm: 0.7, vivid: 0.5, hue: 50},
	{word: "festival", ideas: "festival", fits: []fit{{Festival, 0.7}}, warm: 0.5, vivid: 0.6},

	// Plain and playful.
	{
		word: "minimal", ideas: "minimal, pure, modern, neat, Nordic",
		fits: []fit{{Pastel, 0.5}, {Podium, 0.7}}, light: 0.6, vivid: -0.6,
	},
	{word: "pastel", ideas: "cream colour, pastel, pale", fits: []fit{{Pastel, 1.2}}, light: 0.8, vivid: -0.2},
	{
		word: "cute", ideas: "cute, lovable, lovely, candy",
		fits: []fit{{Pastel, 1}}, light: 0.7, warm: 0.3, vivid: 0.3, hue: 0.01,
	},
	{word: "childlike", ideas: "child, childhood", fits: []fit{{Nursery, 0.8}}, light: 0.6, warm: 0.3},
	{word: "playroom", ideas: "children's room", place: Nursery, light: 0.6, warm: 0.3},
	{
		word: "lively", ideas: "lively, colourful, thrilling, cheerful, spirited, fun, showy",
		fits: []fit{{Pastel, 0.6}, {Podium, 0.5}}, light: 0.4, vivid: 1,
	},
	{word: "studio", ideas: "studio, stage", place: Podium},
	{word: "calm", ideas: "calm, rest, hush", fits: []fit{{Window, 0.5}, {Podium, 0.2}}, light: 0.3, vivid: -0.5},
	{word: "trendy", ideas: "trendy, hip", fits: []fit{{Podium, 0.5}, {Pastel, 0.4}}, vivid: 0.3},
	{word: "vintage", ideas: "vintage, olden days, film", fits: []fit{{Cafe, 0.6}}, light: -0.2, warm: 0.7, vivid: -0.3},

	// Rooms.
	{word: "window", ideas: "window", fits: []fit{{Window, 1}}, light: 0.5, warm: 0.3},
	{word: "cafe", ideas: "cafe, bakery", place: Cafe, light: 0, warm: 0.7, hue: 60},
	{word: "coffee", ideas: "coffee, coffee bean", fits: []fit{{Cafe, 1.1}}, warm: 0.7, hue: 60},
	{word: "home", ideas: "living room", place: Living, light: 0.2, warm: 0.5},
	{word: "homely", ideas: "moving house, bedroom, sleep", fits: []fit{{Living, 0.8}}, light: 0.2, warm: 0.5},
	{word: "familiar", ideas: "family, relatives, affection", fits: []fit{{Living, 0.5}, {Kitchen, 0.3}}, light: 0.2,
		warm: 0.5},
	{word: "kitchen", ideas: "kitchen", place: Kitchen, light: 0.3, warm: 0.4},
	{word: "cooking", ideas: "breakfast, cooking, table, handmade", fits: []fit{{Kitchen, 0.8}}, light: 0.2, warm: 0.5},
	{word: "working", ideas: "office, desk, classroom", place: Desk, light: 0.3},
	{word: "crafted", ideas: "workshop", place: Workshop, warm: 0.5, hue: 60},
	{word: "market", ideas: "market", place: Field, light: 0.3, warm: 0.4},
	{word: "wooden", ideas: "timber, solid wood, wood, trees", fits: []fit{{Living, 0.3}, {Cafe, 0.3}}, warm: 0.6,
		hue: 60},
	{word: "delicious", ideas: "delicious", fits: []fit{{Kitchen, 0.4}, {Cafe, 0.3}}, warm: 0.5, vivid: 0.3},

	// Colours.
	{word: "pink", ideas: "pink", fits: []fit{{Pastel, 0.3}}, warm: 0.3, hue: 0.01},
	{word: "red", ideas: "red", fits: []fit{{Podium, 0.5}}, warm: 0.6, vivid: 0.5, hue: 28},
	{
		word: "orange", ideas: "mandarin, orange, coral",
		fits: []fit{{Podium, 0.2}}, warm: 0.8, vivid: 0.5, hue: 55,
	},
	{word: "yellow", ideas: "lemon, yellow", fits: []fit{{Podium, 0.2}}, light: 0.4, warm: 0.5, vivid: 0.4, hue: 100},
	{word: "blue", ideas: "blue, sky blue, navy", fits: []fit{{Podium, 0.5}}, warm: -0.6, hue: 250},
	{word: "mint", ideas: "mint, teal", fits: []fit{{Pastel, 0.3}, {Podium, 0.1}}, warm: -0.3, hue: 170},
	{word: "violet", ideas: "violet", fits: []fit{{Pastel, 0.3}}, warm: -0.1, hue: 300},
	{
		word: "white", ideas: "white snow, white, ivory",
		fits: []fit{{Pastel, 0.3}, {Podium, 0.2}}, light: 0.9, vivid: -0.6,
	},
	{word: "black", ideas: "black, charcoal", fits: []fit{{Podium, 0.5}, {Marble, 0.3}}, light: -1, vivid: -0.5},
	{
		word: "beige", ideas: "sand colour, sand, beige, cream, cream colour",
		fits: []fit{{Window, 0.3}, {Pastel, 0.2}}, light: 0.5, warm: 0.4, vivid: -0.4,
	},
}

// homes are the looks of the places where goods are at home (category.Kind.Place).
var homes = map[string]Look{
	"kitchen": Kitchen, "cafe": Cafe, "dressing table": Vanity, "desk": Desk, "living room": Living, "table": Kitchen,
	"children's room": Nursery, "gym": Gym, "window": Window, "workshop": Workshop,
}

// large are goods that stand on the floor. Beside them nothing small is put, which would
// look larger than they are.
const large = "의자, 소파, 침대, 책상, 테이블, 식탁, 협탁, 옷장, 책장, 행거, 스툴, 벤치, 선반, 매트리스, 자전거, 냉장고, 세탁기, 건조기, 에어컨, 선풍기, 유모차, " +
	"캐리어, 캣타워, 화환, 러닝머신, 텐트, 트리, 스탠드, 청소기, 오토바이, 휠체어, 수납장, 커튼, " +
	"chair, sofa, bed, desk, table, bicycle, bike, bench, stroller, " +
	"suitcase, wardrobe"
