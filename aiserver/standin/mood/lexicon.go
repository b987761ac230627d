package mood

// entry is something a picture can show, with the ideas of the thesaurus that ask
// for it, or words that only it knows. light, warm and vivid are -1..1 (see Mood); hue is
// an OKLab angle in degrees, 0 for none.
type entry struct {
	word               string // its English mood word, "" for none
	ideas              string
	words              string // as thesaurus.Find takes them
	fits               []fit
	light, warm, vivid float64
	hue                float64
}

// fit says how well a look shows an entry.
type fit struct {
	look   Look
	weight float64
}

var lexicon = [...]entry{
	// Times of day and light.
	{
		word: "night", ideas: "night street, night, night view, nightlife",
		fits: []fit{{Neon, 1}}, light: -0.9, warm: -0.2, vivid: 0.2,
	},
	{word: "dawn", ideas: "dawn", fits: []fit{{Neon, 0.6}, {Sea, 0.2}}, light: -0.6, warm: -0.4},
	{word: "morning", ideas: "morning, breakfast", fits: []fit{{Window, 0.9}}, light: 0.6, warm: 0.5},
	{word: "sunny", ideas: "sunlight", fits: []fit{{Window, 1}, {Sea, 0.1}}, light: 0.7, warm: 0.6},
	{word: "window", ideas: "window", fits: []fit{{Window, 1}}, light: 0.5, warm: 0.3},
	{
		word: "sunset", ideas: "sunset, golden",
		fits: []fit{{Autumn, 0.4}, {Sea, 0.4}}, light: -0.1, warm: 0.9, vivid: 0.5, hue: 55,
	},
	{word: "bright", ideas: "light, bright, radiant", fits: []fit{{Pastel, 0.4}, {Window, 0.3}}, light: 0.8},
	{word: "dark", ideas: "dark", fits: []fit{{Marble, 0.3}, {Neon, 0.2}}, light: -0.9},
	{word: "moonlit", ideas: "moonlight, full moon", fits: []fit{{Hanji, 0.7}}, light: -0.4, warm: 0},

	// City and technology.
	{
		word: "urban", ideas: "night street, city, commute, street, building",
		fits: []fit{{Neon, 0.9}}, light: -0.4, warm: -0.2,
	},
	{
		word: "neon", ideas: "neon, cyberpunk, club",
		fits: []fit{{Neon, 1.3}}, light: -0.8, warm: -0.2, vivid: 0.9, hue: 330,
	},
	{
		word: "futuristic", ideas: "future, technology, universe, space",
		fits: []fit{{Neon, 0.7}, {Podium, 0.3}}, light: -0.5, warm: -0.6, vivid: 0.3, hue: 250,
	},
	{
		word: "sporty", ideas: "sport, sports hall, gym, dynamic, energy, power",
		fits: []fit{{Neon, 0.4}, {Podium, 0.5}}, vivid: 0.7,
	},
	{word: "rainy", ideas: "rainy day, rain", fits: []fit{{Neon, 0.8}}, light: -0.5, warm: -0.5, vivid: -0.2},

	// Nature.
	{
		word: "forest", ideas: "forest, grove, among trees, thicket, deep in the hills, hiking, camping, woodland",
		fits: []fit{{Forest, 1}}, light: -0.1, vivid: 0.2, hue: 140,
	},
	{word: "natural", ideas: "nature, unaffected", fits: []fit{{Forest, 0.8}, {Window, 0.1}}, light: 0.2, hue: 135},
	{
		word: "green", ideas: "green, greenery, green dye, field, grass, garden, plant, leaf, moss",
		fits: []fit{{Forest, 0.9}}, light: 0.1, vivid: 0.3, hue: 142,
	},
	{
		word: "fresh", ideas: "fresh, crisp, refreshing, spruce",
		fits: []fit{{Forest, 0.5}, {Sea, 0.5}}, light: 0.6, warm: -0.3, vivid: 0.4,
	},
	{word: "tea", ideas: "tea", fits: []fit{{Forest, 0.6}, {Hanji, 0.3}}, hue: 130},

	// Water and summer.
	{
		word: "sea", ideas: "sea, coast, shoreline, beach, wave, Jeju",
		fits: []fit{{Sea, 1.2}}, light: 0.6, warm: -0.3, vivid: 0.4, hue: 225,
	},
	{
		word: "summer", ideas: "summer, tropics, vacation, holiday",
		fits: []fit{{Sea, 1}}, light: 0.7, warm: 0.1, vivid: 0.6, hue: 225,
	},
	{
		word: "cool", ideas: "cool, cold, ice, icy, frozen, iced, ice cube, icebox",
		fits: []fit{{Sea, 0.5}, {Snow, 0.2}}, light: 0.3, warm: -0.9, hue: 230,
	},
	{
		word: "watery", ideas: "water, moisture, water drop",
		fits: []fit{{Sea, 0.5}, {Silk, 0.3}}, light: 0.5, warm: -0.5, hue: 225,
	},

	// Winter.
	{word: "winter", ideas: "winter", fits: []fit{{Snow, 1.2}}, light: 0.1, warm: -0.2, hue: 250},
	{word: "snowy", ideas: "snow, white snow, snowflake", fits: []fit{{Snow, 1.2}}, light: 0.3, warm: -0.3},
	{
		word: "christmas", ideas: "Christmas, year's end, Christmas tree",
		fits: []fit{{Snow, 1.2}}, light: -0.1, warm: 0.6, vivid: 0.4, hue: 25,
	},
	{word: "cozy", ideas: "warm, cosy", fits: []fit{{Cafe, 0.6}, {Window, 0.3}, {Snow, 0.15}}, light: 0.1, warm: 0.9},

	// Spring and autumn.
	{
		word: "spring", ideas: "spring, spring flower",
		fits: []fit{{Blossom, 1.1}}, light: 0.7, warm: 0.3, vivid: 0.2, hue: 0.01,
	},
	{
		word: "blossom", ideas: "flower, blossom, bloom, cherry blossom, cherry, petal, rose, picnic",
		fits: []fit{{Blossom, 1.1}}, light: 0.6, warm: 0.3, vivid: 0.3, hue: 0.01,
	},
	{
		word: "autumn", ideas: "autumn, fallen leaves",
		fits: []fit{{Autumn, 1.2}}, light: 0.0, warm: 0.9, vivid: 0.4, hue: 60,
	},

	// Luxury and beauty.
	{word: "luxurious", ideas: "luxury", fits: []fit{{Marble, 1.1}}, light: -0.4, warm: 0.2, vivid: -0.1},
	{word: "elegant", ideas: "elegant, refined", fits: []fit{{Marble, 0.8}, {Silk, 0.5}}, light: 0, vivid: -0.3},
	{word: "marble", ideas: "marbled, marble", fits: []fit{{Marble, 1.3}}},
	{word: "golden", ideas: "gold, brass", fits: []fit{{Marble, 0.7}, {Hanji, 0.3}}, warm: 0.8, hue: 85},
	{
		word: "silky", ideas: "soft, smooth, silk, satin, velvet, fabric",
		fits: []fit{{Silk, 0.8}, {Pastel, 0.1}}, light: 0.3, vivid: -0.2,
	},
	{
		word: "romantic", ideas: "love, bride, flutter, lovable, lovely",
		fits: []fit{{Silk, 0.6}, {Blossom, 0.6}}, light: 0.3, warm: 0.5, hue: 5,
	},
	{word: "glowing", ideas: "shine, sparkle", fits: []fit{{Silk, 0.4}, {Marble, 0.3}}, light: 0.4},

	// Korean tradition.
	{
		word: "traditional", ideas: "tradition, heritage, hanok, hanji",
		fits: []fit{{Hanji, 1.2}}, light: 0, warm: 0.5, vivid: 0.2, hue: 30,
	},
	{
		word: "festive", ideas: "gift set, holidays, holiday, festival, celebration, auspicious",
		fits: []fit{{Hanji, 1}}, light: 0.1, warm: 0.6, vivid: 0.5, hue: 30,
	},
	{
		word: "gift", ideas: "gift, gift set, day of thanks, present",
		fits: []fit{{Hanji, 0.3}, {Podium, 0.2}}, warm: 0.3,
	},

	// Plain and playful.
	{
		word: "minimal", ideas: "minimal, pure, modern",
		fits: []fit{{Pastel, 0.7}, {Podium, 0.6}}, light: 0.6, vivid: -0.6,
	},
	{word: "pastel", ideas: "cream colour, pastel, pale", fits: []fit{{Pastel, 1.2}}, light: 0.8, vivid: -0.2},
	{
		word: "cute", ideas: "child, cute, lovable, lovely, candy",
		fits: []fit{{Pastel, 1}}, light: 0.7, warm: 0.3, vivid: 0.3, hue: 0.01,
	},
	{
		word: "lively", ideas: "lively, colourful, thrilling, cheerful, spirited",
		fits: []fit{{Pastel, 0.6}, {Podium, 0.5}}, light: 0.4, vivid: 1,
	},
	{word: "studio", ideas: "studio, stage", fits: []fit{{Podium, 1.2}}},
	{word: "calm", ideas: "calm", fits: []fit{{Window, 0.5}, {Pastel, 0.3}, {Forest, 0.3}}, light: 0.3, vivid: -0.5},
	{word: "trendy", ideas: "trendy, hip", fits: []fit{{Podium, 0.5}, {Pastel, 0.4}}, vivid: 0.3},
	{word: "vintage", ideas: "vintage", fits: []fit{{Cafe, 0.6}, {Autumn, 0.3}}, light: -0.2, warm: 0.7, vivid: -0.3},

	// Table and kitchen.
	{word: "cafe", ideas: "cafe, coffee, bakery", fits: []fit{{Cafe, 1.2}}, light: 0, warm: 0.7, hue: 60},
	{
		word: "homely", ideas: "breakfast, kitchen, table, handmade, family",
		fits: []fit{{Cafe, 0.9}, {Window, 0.2}}, light: 0.2, warm: 0.6,
	},
	{word: "wooden", ideas: "among trees, timber, solid wood, wood", fits: []fit{{Cafe, 0.9}}, warm: 0.6, hue: 60},
	{word: "delicious", ideas: "delicious", fits: []fit{{Cafe, 0.5}, {Pastel, 0.1}}, warm: 0.5, vivid: 0.3},

	// Colours.
	{word: "pink", ideas: "pink", fits: []fit{{Pastel, 0.3}, {Blossom, 0.2}}, warm: 0.3, hue: 0.01},
	{word: "red", ideas: "red", fits: []fit{{Hanji, 0.3}, {Podium, 0.2}}, warm: 0.6, vivid: 0.5, hue: 28},
	{
		word: "orange", ideas: "mandarin, orange, coral",
		fits: []fit{{Podium, 0.2}, {Autumn, 0.1}}, warm: 0.8, vivid: 0.5, hue: 55,
	},
	{word: "yellow", ideas: "lemon, yellow", fits: []fit{{Podium, 0.2}}, light: 0.4, warm: 0.5, vivid: 0.4, hue: 100},
	{word: "blue", ideas: "blue, sky blue, navy", fits: []fit{{Sea, 0.3}, {Podium, 0.2}}, warm: -0.6, hue: 250},
	{word: "mint", ideas: "mint, teal", fits: []fit{{Pastel, 0.3}, {Podium, 0.1}}, warm: -0.3, hue: 170},
	{word: "violet", ideas: "violet", fits: []fit{{Pastel, 0.3}, {Neon, 0.2}}, warm: -0.1, hue: 300},
	{
		word: "white", ideas: "white snow, white, ivory",
		fits: []fit{{Pastel, 0.3}, {Marble, 0.2}}, light: 0.9, vivid: -0.6,
	},
	{word: "black", ideas: "black, charcoal", fits: []fit{{Marble, 0.4}, {Podium, 0.2}}, light: -1, vivid: -0.5},
	{
		word: "beige", ideas: "sand colour, sand, linen, beige, cream, cream colour",
		fits: []fit{{Window, 0.3}, {Pastel, 0.2}}, light: 0.5, warm: 0.4, vivid: -0.4,
	},

	// Categories, from the original system's list and common others. They only
	// tip the scale when the concept says little.
	{words: "식품, 음식, 음료, 간식, 건강식품, food, drink, beverage, snack, " +
		"grocery", fits: []fit{{Cafe, 0.5}, {Window, 0.25}}},
	{words: "의류, 패션, 가방, 신발, 잡화, cloth*, fashion, apparel, bag, shoe, " +
		"wear.", fits: []fit{{Podium, 0.4}, {Pastel, 0.3}}},
	{words: "전자, 가전, 디지털, 컴퓨터, 이어폰, electronic*, gadget, device, " +
		"appliance", fits: []fit{{Podium, 0.5}, {Neon, 0.3}}, light: -0.2},
	{words: "화장품, 뷰티, 스킨케어, 향수, cosmetic, beauty, skincare, perfume, " +
		"makeup", fits: []fit{{Silk, 0.5}, {Podium, 0.3}}, light: 0.3},
	{words: "가구, 인테리어, 생활, 리빙, furniture, interior, living, homeware", fits: []fit{{Window, 0.5}}},
	{words: "완구, 장난감, 문구, toy, stationery", fits: []fit{{Pastel, 0.5}}},
}
