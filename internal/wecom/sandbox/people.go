package sandbox

import "cmp"

var (
	surnames = []rune("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹")
	given    = []string{"子涵", "雨桐", "浩然", "欣怡", "俊杰", "思琪", "宇轩", "梓萱", "佳怡", "志强",
		"晓彤", "明远", "丽娜", "建国", "雅婷", "文博", "静怡", "天宇", "慧敏", "家豪", "若曦", "一凡"}
	handles = []string{"早起的猫", "小鹿乱撞", "山有木兮", "一只柠檬", "晚风", "阿宝", "豆豆妈", "不加糖", "南方以南",
		"向日葵", "Luna", "Kevin", "小熊软糖", "阳光正好", "Sunny", "橘子汽水", "老王", "星河", "Coco", "爱吃鱼的喵"}
	colours = []string{"#5b8ff9", "#61b897", "#f6903d", "#f08bb4", "#8c7ae6", "#4aa3a2", "#d4a13a", "#7d8ca3", "#e0685e"}
)

// newPerson makes a person up; what p says already is kept.
func (w *world) newPerson(p Person) *Person {
	p.ID = cmp.Or(p.ID, w.newID("wm"))
	p.UnionID = cmp.Or(p.UnionID, w.newID("o"))
	p.OpenID = cmp.Or(p.OpenID, w.newID("oS"))
	p.Nickname = cmp.Or(p.Nickname, w.newName())
	p.Colour = cmp.Or(p.Colour, colours[w.pick(len(colours))])
	if p.Gender == 0 {
		p.Gender = w.pick(3)
	}
	if p.Habits == (Habits{}) {
		p.Habits = Habits{Add: w.between(60, 95), Join: w.between(55, 95), Reply: w.between(10, 70),
			Leave: w.between(2, 15), Delete: w.between(1, 8)}
	}
	return &p
}

// between is a chance from a to b percent.
func (w *world) between(a, b int) float64 { return float64(a+w.pick(b-a)) / 100 }

func (w *world) newName() string {
	if w.roll(0.45) {
		return handles[w.pick(len(handles))]
	}
	return string(surnames[w.pick(len(surnames))]) + given[w.pick(len(given))]
}

// AddPerson puts a person into the world; empty fields are made up.
func (s *Server) AddPerson(p Person) (Person, error) {
	var made *Person
	err := s.change(func(w *world) error {
		if _, taken := w.People.get(p.ID); taken {
			return cannot("person %q is there already", p.ID)
		}
		p.Follows = nil
		made = w.newPerson(p)
		w.People.put(made)
		return nil
	})
	if err != nil {
		return Person{}, err
	}
	return *made, nil
}

func (s *Server) hasPerson(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.world.People.get(id)
	return ok
}
