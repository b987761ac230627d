package copywriter

import "github.com/nanococoa/nanococoa/internal/category"

// mood is how an ad should feel, as the owner's concept says.
type mood int

// The moods. plain is for words that give none.
const (
	plain mood = iota
	summer
	winter
	cozy
	spring
	autumn
	luxury
	nature
	city
	minimal
	vintage
	holiday
	party
	gift
	active
	journey
	family
	calm
	pop
	morning
	evening
	easy
	move
	moods // their number
)

// core is the sort of copy that a kind of goods has in every mood.
type core int

// The cores.
const (
	food core = iota
	drink
	wear
	beauty
	tech
	home
	health
	cores // their number
)

// coreOf is the core whose lines fit a kind; false when there is none.
func coreOf(k category.Kind) (core, bool) {
	switch k {
	case category.Food:
		return food, true
	case category.Drink:
		return drink, true
	case category.Wear, category.Cloth, category.Bag, category.Shoe, category.Jewel:
		return wear, true
	case category.Beauty:
		return beauty, true
	case category.Tech:
		return tech, true
	case category.Home, category.Furniture:
		return home, true
	case category.Health:
		return health, true
	}
	return 0, false
}

// signs are the ideas of a concept, or of the moods of an analysis, that mean a
// mood. A sure sign counts more than the few hints that a short concept has.
type signs struct{ sure, hints string }

const sureWeight, hintWeight = 4, 1

// moodSigns are the signs of the moods; plain has none.
var moodSigns = [moods]signs{
	summer: {
		sure:  "cool, heat, summer, beach, bathing, ice, icy, refreshing",
		hints: "cold, sea, wave, swimming, pool, frozen, iced, ice cube, fresh",
	},
	winter: {
		sure:  "snow, white snow, snowflake, winter",
		hints: "fireplace",
	},
	cozy: {
		sure:  "cosy",
		hints: "warm, kindly, blanket",
	},
	spring: {
		sure:  "radiant, spring, spring flower, sprout, blossom, cherry blossom, tulip, picnic",
		hints: "clear sky, spruce, flower, bloom, petal",
	},
	autumn: {
		sure:  "autumn, fallen leaves",
		hints: "reed, harvest",
	},
	luxury: {
		sure:  "luxury, elegant",
		hints: "golden, hotel, refined, champagne, marble, silk, gold",
	},
	nature: {
		sure: "nature, zero waste, forest, deep in the hills, greenery, field, farm, countryside",
		hints: "Jeju, valley, dew, grove, among trees, tree, green, garden, plant, leaf, " +
			"blade of grass, wood, trees",
	},
	city: {
		sure:  "night view, nightlife, city, street style, neon, cyberpunk, future, hip",
		hints: "night street, night, night sea, dawn, city lights, street, alley, building, rooftop, club, universe",
	},
	minimal: {
		sure:  "minimal, neat",
		hints: "modern, Nordic, white",
	},
	vintage: {
		sure:  "vintage, olden days",
		hints: "tradition, film",
	},
	holiday: {
		sure:  "holidays, lunar feast",
		hints: "full moon",
	},
	party: {
		sure:  "festival, party, Christmas, year's end, lantern",
		hints: "celebration, fireworks, sparkle",
	},
	gift: {
		sure:  "love, couple, gift, gift set, day of thanks, parents",
		hints: "rose, flutter, fluttering, heart, present",
	},
	active: {
		sure:  "sport, sports hall, track, sports field, dynamic, energy, vigour, spirited",
		hints: "gym, power, powerful, passion, speed",
	},
	journey: {
		sure:  "vacation, travel, hiking, camping, car camping",
		hints: "starlight, campfire, departure, tent",
	},
	family: {
		sure:  "family, relatives, child, childhood",
		hints: "affection",
	},
	calm: {
		sure:  "calm, rest",
		hints: "afternoon, rainy day, hanok, soft, hush",
	},
	pop: {
		sure:  "cute, lovable, colourful, thrilling, fun",
		hints: "bright, cheerful, showy",
	},
	morning: {
		hints: "morning, breakfast, sunlight, light",
	},
	evening: {
		hints: "evening, sunset, lamplight, after work",
	},
	easy: {
		sure: "busy",
	},
	move: {
		sure: "moving house",
	},
}

// slot is the part of a scene that a word of the concept fills.
type slot int

// The slots of a scene.
const (
	atPlace slot = iota
	onSurface
	inLight
	inColour
	withProp
)

// detail is one thing of a scene, in English, with the ideas that ask for it.
type detail struct {
	slot   slot
	phrase string
	ideas  string
}

// details are the things of a scene that ideas of the concept ask for. The phrases
// are ours, so no word of an owner ever reaches the image model: a concept cannot
// give orders to it, and no name can end up painted as lettering.
var details = [...]detail{
	{atPlace, "a quiet sunlit café corner with plain plastered walls", "cafe"},
	{atPlace, "a bright tidy kitchen with plain pale tiles", "kitchen, cooking"},
	{atPlace, "a serene living room with one bare wall", "living room"},
	{atPlace, "a soft bedroom corner with linen drapery", "bedroom, sleep"},
	{atPlace, "a calm stone-tiled bathroom with a trace of steam", "bathroom"},
	{atPlace, "an orderly workroom with a broad empty desk", "office, desk"},
	{atPlace, "a tidy workshop with a sturdy bench and tools far out of focus", "workshop"},
	{atPlace, "a dressing table corner with a round mirror out of focus", "dressing table"},
	{atPlace, "a bright children's room with plain wooden toys far out of focus", "children's room"},
	{atPlace, "a night festival lane with glowing paper lanterns far behind", "lantern"},
	{atPlace, "the misty bank of a wide river", "river"},
	{atPlace, "an open running track under a wide sky", "track"},
	{atPlace, "a green sports field under a wide sky", "sports field"},
	{atPlace, "a lush garden terrace with clipped hedges", "garden, terrace"},
	{atPlace, "a still forest clearing with tall trunks far behind", "forest"},
	{atPlace, "a pale sandy shore beside a clear turquoise sea", "sea, coast, beach"},
	{atPlace, "a high mountain overlook with layered ridges in haze", "deep in the hills, mountain, hiking"},
	{atPlace, "an open meadow of softly swaying grass", "field, grass, meadow, countryside"},
	{atPlace, "the still edge of a wide lake", "lake, valley"},
	{atPlace, "a rooftop terrace above a softly blurred skyline", "rooftop"},
	{atPlace, "a narrow city street after rain with plain unmarked facades", "night street, street, " +
		"street style, alley"},
	{atPlace, "a high city terrace with a softly blurred skyline", "night view, city, building"},
	{atPlace, "the wooden veranda of a traditional Korean hanok courtyard", "hanok"},
	{atPlace, "a rustic market stall of plain wooden crates", "market"},
	{atPlace, "a lakeside campsite beside a plain canvas tent", "camping, car camping, tent"},
	{atPlace, "a vast starlit landscape under a deep cosmic sky", "universe, space, galaxy"},
	{atPlace, "a seamless photography studio with a curved backdrop", "studio"},
	{atPlace, "a refined hotel lounge with tall drapes", "hotel, lounge"},
	{atPlace, "an airy training studio with plain concrete walls", "sports hall, gym"},
	{atPlace, "a sunny classroom with bare walls and a wooden floor", "classroom"},
	{atPlace, "a sunlit orchard with rows of fruit trees", "farm, orchard"},
	{atPlace, "the tiled edge of a still pool with rippling reflections", "pool"},
	{atPlace, "a broad window ledge framed by sheer curtains", "window"},

	{onSurface, "a polished slab of veined white marble", "marble"},
	{onSurface, "a smooth plank of oiled oak", "grove, among trees, solid wood, wood, woodland, trees"},
	{onSurface, "a flat weathered stone", "stone"},
	{onSurface, "a gently rippled bed of fine sand", "loose sand, sand"},
	{onSurface, "a block of crystal-clear ice with frosted edges", "ice, icy, frozen, glacier"},
	{onSurface, "a shallow sheet of still water with fine ripples", "water, still water, water drop"},
	{onSurface, "a clear glass plinth", "glass"},
	{onSurface, "a brushed metal plinth", "metal"},
	{onSurface, "a plinth draped in flowing silk", "silk"},
	{onSurface, "a low plinth covered with washed linen", "fabric, linen"},
	{onSurface, "a smooth block of raw concrete", "concrete"},
	{onSurface, "a low plinth wrapped in supple leather", "leather"},
	{onSurface, "a cushion of deep green moss", "moss"},
	{onSurface, "a smooth cap of fresh snow", "snow, white snow"},
	{onSurface, "a soft bank of sculpted clouds", "cloud"},
	{onSurface, "a low plinth covered in velvet", "velvet"},
	{onSurface, "a plinth wrapped in textured hanji paper", "hanji"},

	{inLight, "saturated neon glow from both sides with glossy reflections", "neon, cyberpunk"},
	{inLight, "low amber sunset light with long soft shadows", "sunset"},
	{inLight, "clear direct sunlight with crisp leaf-shaped shadows", "sunlight"},
	{inLight, "fresh low morning light through a thin haze", "morning, breakfast"},
	{inLight, "blue hour light just before sunrise with a faint warm horizon", "dawn"},
	{inLight, "deep night tones with scattered points of warm light far behind", "night, night view"},
	{inLight, "silver moonlight with soft blue shadows", "moonlight, full moon"},
	{inLight, "faint starlight above a gentle low key light", "starlight"},
	{inLight, "flickering candlelight with a warm falloff", "candlelight"},
	{inLight, "one focused spotlight from above with a gentle falloff", "spotlight"},
	{inLight, "diffused light through drifting mist", "mist"},
	{inLight, "soft overcast light with fine rain on far surfaces", "rainy day, rain, raindrop"},
	{inLight, "warm firelight from one side with glowing edges", "fireplace, campfire, fire"},
	{inLight, "warm low evening light", "evening, after work"},
	{inLight, "the warm light of a lamp", "lamplight"},
	{inLight, "dim sculpted light with deep clean shadows", "dark"},
	{inLight, "bright even daylight with airy shadows", "light, bright, radiant"},

	{inColour, "clear blue", "blue"},
	{inColour, "sky blue", "sky blue"},
	{inColour, "rich red", "red"},
	{inColour, "soft pink", "cherry blossom, pink"},
	{inColour, "sunny yellow", "yellow"},
	{inColour, "warm orange", "orange"},
	{inColour, "leafy green", "green, greenery, green dye"},
	{inColour, "muted violet", "violet"},
	{inColour, "clean white", "white snow, white"},
	{inColour, "deep black", "black"},
	{inColour, "cool grey", "grey"},
	{inColour, "sandy beige", "beige"},
	{inColour, "earthy brown", "brown"},
	{inColour, "brushed gold", "golden, gold"},
	{inColour, "cool silver", "silver"},
	{inColour, "pale mint", "mint"},
	{inColour, "warm coral", "coral"},
	{inColour, "powdery pastels", "pastel"},
	{inColour, "deep navy", "navy"},
	{inColour, "soft ivory", "ivory, cream colour"},

	{withProp, "a few drifting cherry petals", "cherry blossom, petal"},
	{withProp, "small fresh blossoms", "spring flower, flower, blossom, tulip"},
	{withProp, "a single rose stem", "rose"},
	{withProp, "a few fallen maple leaves", "fallen leaves"},
	{withProp, "slender green leaves", "leaf, blade of grass"},
	{withProp, "a few halved citrus fruits", "mandarin, lemon, citrus"},
	{withProp, "scattered clear ice cubes", "ice, iced, ice cube"},
	{withProp, "a few roasted coffee beans", "coffee, coffee bean"},
	{withProp, "plain round balloons far behind", "balloon"},
	{withProp, "a loose satin ribbon", "gift, gift set, ribbon"},
	{withProp, "small seashells", "seashell"},
	{withProp, "sprigs of pine with tiny warm lights", "Christmas, Christmas tree, pine"},
	{withProp, "fine water droplets", "water drop, dew, droplet"},
	{withProp, "a folded knitted blanket", "blanket, knit"},
	{withProp, "a few ripe berries", "berry"},
	{withProp, "stalks of dry reed", "reed"},
	{withProp, "soft drifting snowflakes", "snowflake"},
}
